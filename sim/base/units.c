/* Quantities of chip files: a number and a unit, read into SI units, bits and plain counts, and written back for people. All units
 * of all kinds stand in one table; a message about a wrong one is made from the second. */
#include "base/units.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* value in SI = number x 10^exponent x factor. The exponent is kept apart so that "4.1 ns" becomes the double nearest to 4.1e-9:
 * multiplying 4.1 by 1e-9 rounds twice, and two files that say the same would differ in the last bit. */
static const struct unit_name { const char *name; enum unit unit; int exponent; double factor; } names[] = {
    {"s", UNIT_TIME, 0, 1}, {"ms", UNIT_TIME, -3, 1}, {"us", UNIT_TIME, -6, 1}, {"ns", UNIT_TIME, -9, 1}, {"ps", UNIT_TIME, -12, 1},
    {"J", UNIT_ENERGY, 0, 1}, {"mJ", UNIT_ENERGY, -3, 1}, {"uJ", UNIT_ENERGY, -6, 1}, {"nJ", UNIT_ENERGY, -9, 1}, {"pJ", UNIT_ENERGY, -12, 1},
    {"fJ", UNIT_ENERGY, -15, 1},
    {"W", UNIT_POWER, 0, 1}, {"mW", UNIT_POWER, -3, 1}, {"uW", UNIT_POWER, -6, 1}, {"nW", UNIT_POWER, -9, 1}, {"pW", UNIT_POWER, -12, 1},
    {"bit", UNIT_BITS, 0, 1}, {"bits", UNIT_BITS, 0, 1}, {"B", UNIT_BITS, 0, 8}, {"KiB", UNIT_BITS, 0, 8192}, {"MiB", UNIT_BITS, 0, 8388608},
    {"GiB", UNIT_BITS, 0, 8589934592.},
    {"m", UNIT_LENGTH, 0, 1}, {"mm", UNIT_LENGTH, -3, 1}, {"um", UNIT_LENGTH, -6, 1}, {"nm", UNIT_LENGTH, -9, 1},
    {"Hz", UNIT_FREQUENCY, 0, 1}, {"kHz", UNIT_FREQUENCY, 3, 1}, {"MHz", UNIT_FREQUENCY, 6, 1}, {"GHz", UNIT_FREQUENCY, 9, 1},
    {"V", UNIT_VOLTAGE, 0, 1}, {"mV", UNIT_VOLTAGE, -3, 1}, {"K", UNIT_TEMPERATURE, 0, 1},
    {"m2", UNIT_AREA, 0, 1}, {"mm2", UNIT_AREA, -6, 1}, {"um2", UNIT_AREA, -12, 1},
    {"cycle", UNIT_CYCLES, 0, 1}, {"cycles", UNIT_CYCLES, 0, 1}, {"step", UNIT_STEPS, 0, 1}, {"steps", UNIT_STEPS, 0, 1},
    {"packet", UNIT_PACKETS, 0, 1}, {"packets", UNIT_PACKETS, 0, 1}, {"flit", UNIT_FLITS, 0, 1}, {"flits", UNIT_FLITS, 0, 1},
    {"flit/cycle", UNIT_FLITS_PER_CYCLE, 0, 1}, {"flits/cycle", UNIT_FLITS_PER_CYCLE, 0, 1},
};
enum { N_NAMES = sizeof names / sizeof *names };

/* Per kind of unit: what a message calls it, and an example to copy. */
static const struct { enum unit unit; const char *what, *example, *units; } kinds[] = {
    {UNIT_TIME, "a time", "4.1 ns", "ps ns us ms s"}, {UNIT_ENERGY, "an energy", "23.6 pJ", "fJ pJ nJ uJ mJ J"},
    {UNIT_POWER, "a power", "0.3 mW", "pW nW uW mW W"}, {UNIT_BITS, "a size", "64 KiB", "bit B KiB MiB GiB"},
    {UNIT_LENGTH, "a length", "28 nm", "nm um mm m"}, {UNIT_FREQUENCY, "a frequency", "400 MHz", "Hz kHz MHz GHz"},
    {UNIT_VOLTAGE, "a voltage", "0.75 V", "mV V"}, {UNIT_TEMPERATURE, "a temperature", "300 K", "K"}, {UNIT_AREA, "an area", "0.5 mm2", "um2 mm2 m2"},
    {UNIT_CYCLES, "a number of cycles", "3 cycles", "cycles"}, {UNIT_STEPS, "a number of steps", "15 steps", "steps"},
    {UNIT_PACKETS, "a number of packets", "16 packets", "packets"}, {UNIT_FLITS, "a number of flits", "4 flits", "flits"},
    {UNIT_FLITS_PER_CYCLE, "a rate", "1 flits/cycle", "flits/cycle"},
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

/* A field may allow several kinds ("cycles or a time"): the first of the table speaks for it. */
static int kind_of(unsigned units)
{
    for (int i = 0; i < N_KINDS; i++)
        if (units & (unsigned)kinds[i].unit)
            return i;
    return 0;
}

const char *unit_example(unsigned units)
{
    return kinds[kind_of(units)].example;
}

/* Length of a decimal number at the start of text (sign, digits, point, exponent), 0 if there is none. */
static size_t number_length(const char *text)
{
    size_t n = strspn(text, "+-") ? 1 : 0, whole = strspn(text + n, "0123456789");
    n += whole;
    size_t fraction = 0;
    if (text[n] == '.') {
        fraction = strspn(text + n + 1, "0123456789");
        n += 1 + fraction;
    }
    if (!whole && !fraction)
        return 0;
    if (text[n] == 'e' || text[n] == 'E') {
        size_t sign = text[n + 1] == '+' || text[n + 1] == '-', digits = strspn(text + n + 1 + sign, "0123456789");
        n += digits ? 1 + sign + digits : 0;
    }
    return n;
}

/* Exact, case and all: mW and MW differ by 10^9. */
static const struct unit_name *find(const char *name, size_t length)
{
    for (int i = 0; i < N_NAMES; i++)
        if (strlen(names[i].name) == length && !strncmp(names[i].name, name, length))
            return &names[i];
    return NULL;
}

/* "4.1" with exponent -9 is read as 4.1e-9 in one go; a number that has its own exponent is multiplied. */
static double scaled(const char *text, size_t length, const struct unit_name *unit)
{
    char number[64];
    if (length >= 48 || memchr(text, 'e', length) || memchr(text, 'E', length))
        return strtod(text, NULL) * pow(10, unit->exponent) * unit->factor;
    snprintf(number, sizeof number, "%.*se%d", (int)length, text, unit->exponent);
    return strtod(number, NULL) * unit->factor;
}

/* The units of every kind allowed: "ps ns us ms s, or cycles". */
static const char *units_text(unsigned units, char *to, size_t size)
{
    size_t used = 0;
    *to = '\0';
    for (int i = 0; i < N_KINDS; i++)
        if (units & (unsigned)kinds[i].unit && used < size)
            used += (size_t)snprintf(to + used, size - used, "%s%s", used ? ", or " : "", kinds[i].units);
    return to;
}

/* Three faults, three cures: no unit at all, a unit of another kind, a word that is no unit. */
static int wrong_unit(const char *text, size_t number, const struct unit_name *unit, unsigned units, struct err *err)
{
    int kind = kind_of(units);
    char list[160];
    const char *rest = text + number + strspn(text + number, " "), *example = strchr(kinds[kind].example, ' ') + 1;
    units_text(units, list, sizeof list);
    if (!*rest)
        return err_input(err, "'%s' has no unit; write for example '%.*s %s' (%s)", text, (int)number, text, example, list);
    if (unit)
        return err_input(err, "'%s' is %s; %s is wanted here, for example '%s' (%s)", text, kinds[kind_of(unit->unit)].what, kinds[kind].what,
                         kinds[kind].example, list);
    return err_input(err, "'%s' has an unknown unit '%s'; %s is written with one of: %s, for example '%s'", text, rest, kinds[kind].what, list,
                     kinds[kind].example);
}

/* Blanks between number and unit and after it are allowed, before the number not: YAML has removed them. */
int unit_read(const char *text, unsigned units, struct quantity *q, struct err *err)
{
    size_t number = number_length(text);
    if (!number)
        return err_input(err, "'%s' is not %s; write for example '%s'", text, kinds[kind_of(units)].what, unit_example(units));
    const char *name = text + number + strspn(text + number, " ");
    size_t length = strlen(name);
    while (length && name[length - 1] == ' ')
        length--;
    const struct unit_name *unit = find(name, length);
    if (!unit || !(units & (unsigned)unit->unit))
        return wrong_unit(text, number, unit, units, err);
    q->unit = unit->unit;
    q->value = scaled(text, number, unit);
    if (q->value < 0 || (q->value == 0 && text[0] == '-'))
        return err_input(err, "'%s' is negative; %s is 0 or more, for example '%s'", text, kinds[kind_of(units)].what, unit_example(units));
    if (!isfinite(q->value))
        return err_input(err, "'%s' is too large", text);
    return 0;
}

/* The largest unit in which the size is a whole number of quarters: "1.25 KiB", but "1000 B". */
static char *write_bits(char *to, size_t size, double bits)
{
    static const struct { double factor; const char *name; } step[] = {{8589934592., "GiB"}, {8388608, "MiB"}, {8192, "KiB"}, {8, "B"}};
    for (size_t i = 0; i < sizeof step / sizeof *step; i++)
        if (bits >= step[i].factor && fmod(bits, step[i].factor / (i == 3 ? 1 : 4)) == 0) {
            snprintf(to, size, "%.10g %s", bits / step[i].factor, step[i].name);
            return to;
        }
    snprintf(to, size, "%.15g bit", bits);
    return to;
}

/* The largest unit in which the value is 1 or more: 4.1e-9 s is "4.1 ns". Four digits: figures of chips carry no more. */
char *unit_write(char *to, size_t size, double value, enum unit unit)
{
    const struct unit_name *best = NULL;
    if (unit == UNIT_BITS)
        return write_bits(to, size, value);
    for (int i = 0; i < N_NAMES; i++) {
        if (names[i].unit != unit)
            continue;
        double each = pow(10, names[i].exponent), least = best ? pow(10, best->exponent) : 0;
        double enough = unit == UNIT_AREA ? 0.01 : 0.9999999;       /* a million um2 to the mm2: 0.01 mm2 reads better */
        if (!best || (value >= each * enough && each > least) || (value < least * enough && each < least))
            best = &names[i];
    }
    if (!best) {
        snprintf(to, size, "%.10g", value);
        return to;
    }
    int counted = unit == UNIT_CYCLES || unit == UNIT_STEPS || unit == UNIT_PACKETS || unit == UNIT_FLITS;
    if (counted || value == 0)
        snprintf(to, size, "%.10g %s%s", value, best->name, counted && value != 1 ? "s" : "");
    else
        snprintf(to, size, "%.4g %s", value / pow(10, best->exponent), best->name);
    return to;
}
