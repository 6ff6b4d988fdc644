/* volley price: the counts of a finished run with another price list. Milliseconds, because no step is run again: sweeps over constants are free. */
#include "cli/cli.h"
#include "report.h"

int cli_price(const struct cli *cli, struct err *err)
{
    if (!cli->chip)
        return err_input(err, "volley price needs a price list; write for example volley price %s --chip loihi", cli->file[0]);
    struct chipfile *chip = chipfile_read(cli->chip, (const char *const *)cli->set, cli->n_sets, err);
    if (!chip)
        return -1;
    int status = report_price(stdout, cli->file[0], chip, cli->out, err);
    chipfile_free(chip);
    return status;
}
