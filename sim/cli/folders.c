/* volley compare and report: what finished run folders say. */
#include "cli/cli.h"
#include "report.h"

int cli_compare(const struct cli *cli, struct err *err)
{
    return report_compare(stdout, cli->file, cli->n_files, err);
}

int cli_report(const struct cli *cli, struct err *err)
{
    if (report_again(stdout, cli->file[0], err) || report_html(cli->file[0], err))
        return -1;
    printf("wrote     %s/report.html\n", cli->file[0]);
    return 0;
}
