/* volley compare and report: what finished run folders say. Both work from the files alone: a folder may come from another computer. */
#include "cli/cli.h"
#include "report.h"

int cli_compare(const struct cli *cli, struct err *err)
{
    return report_compare(stdout, cli->file, cli->n_files, err);
}

/* The text first: a page that cannot be written must not hide it. */
int cli_report(const struct cli *cli, struct err *err)
{
    if (report_again(stdout, cli->file[0], err) || report_html(cli->file[0], err))
        return -1;
    printf("wrote     %s/report.html\n", cli->file[0]);
    return 0;
}
