/* spi.h: the master's side of SPI (mode 0: data stands while SCK rises), bit by bit with the core's clock running, for cores that are
 * programmed that way. The pins are the adapter's: three functions. */
#ifndef VOLLEY_CORES_RTL_SPI_H
#define VOLLEY_CORES_RTL_SPI_H
#ifdef __cplusplus     /* C sees nothing of it: adapters are C++ */
#include <cstdint>
#include <functional>

namespace volley
{

struct Spi {
    std::function<void(bool sck, bool mosi)> drive;
    std::function<bool()> miso;
    std::function<void()> clock;        /* one clock of the core */
    uint32_t ratio = 8;                 /* clocks per period of SCK; even */

    /* Sends the low `bits` of out, highest first; returns as many that came back. 1 <= bits <= 64 */
    uint64_t transfer(uint64_t out, uint32_t bits) const
    {
        uint64_t in = 0;
        for (uint32_t b = bits; b-- > 0;) {
            bool bit = out >> b & 1;
            drive(false, bit);
            for (uint32_t c = 0; c < ratio / 2; c++)
                clock();
            in = in << 1 | miso();
            drive(true, bit);
            for (uint32_t c = 0; c < ratio / 2; c++)
                clock();
        }
        drive(false, false);
        for (uint32_t c = 0; c < ratio / 2; c++)    /* the last fall is seen, too */
            clock();
        return in;
    }
};

} // namespace volley
#endif
#endif
