/* volley noc: the chip's network without cores and spikes, under a pattern of traffic or the packets of an earlier run. Each load starts with
 * an empty network. Lines of a curve appear as they are measured; files are whole or not there. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/whole.h"
#include "cli/cli.h"
#include "cli/noc_job.h"
#include "config/doc.h"
#include "noc/alone.h"
#include "noc/topology.h"
#include "noc/traffic.h"
#include "report/form.h"

enum { PACKETS_WANTED = 40000, WINDOW_LEAST = 10000, WINDOW_LATENCIES = 40, DRAINS = 4 };

/* ---- what was asked */

static int no_traffic(const char *name, struct err *err)
{
    char list[200] = "";
    for (int i = 0; i < TRAFFIC_PATTERNS; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "", traffic_names[i]);
    if (!name)
        return err_input(err, "volley noc: which traffic? --traffic %s; or the folder of a run with --trace packets", list);
    const char *nearest = doc_nearest(name, traffic_names, TRAFFIC_PATTERNS);
    return err_input(err, "--traffic %s: neither a pattern nor a file%s%s%s; patterns are %s; packets are the packets.csv of a run with --trace packets, or "
                          "its folder", name, nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "", list);
}

/* Options that say something only of other traffic are refused, not passed over. */
static int check_options(const struct cli *cli, int pattern, struct err *err)
{
    if (pattern < 0) {
        const char *wrong = cli->load.n ? "load" : cli->burst ? "burst" : cli->hot ? "hot" : cli->warmup ? "warmup" : cli->window ? "window" : NULL;
        if (wrong)
            return err_input(err, "--%s belongs to a pattern; recorded packets (--traffic %s) say themselves who sends when", wrong, cli->traffic);
        return 0;
    }
    if (!cli->load.n && !cli->burst)
        return err_input(err, "volley noc: how much traffic? --load L, flits per core and cycle, for example --load 0.1 or --load 0.05..0.5:0.05; or "
                              "--burst B, packets that each core sends back to back");
    if (cli->hot && pattern != TRAFFIC_HOTSPOT)
        return err_input(err, "--hot belongs to --traffic hotspot, not to %s", cli->traffic);
    if (cli->burst && (cli->warmup || cli->window))
        return err_input(err, "--%s belongs to a steady load; a burst is measured whole", cli->warmup ? "warmup" : "window");
    return 0;
}

static int not_a_core(const char *text, const struct chip_noc *noc, struct err *err)
{
    uint32_t tiles = chipfile_tiles(noc) / chipfile_chips(noc);
    return err_input(err, "--hot %s: write CORE or CORE:WEIGHT, CORE as CHIP.TILE.CORE with chips 0 to %u, tiles 0 to %u and cores 0 to %u, WEIGHT above 0, "
                          "for example 0.%u.0:16", text, chipfile_chips(noc) - 1, tiles - 1, noc->cores_per_tile - 1, tiles / 2);
}

/* CORE is an address; the pattern wants the number of its node. */
static int read_hot(struct noc_job *j, const char *text, struct err *err)
{
    const struct chip_noc *noc = &j->chip->noc;
    uint32_t chip, tile, number, tiles = chipfile_tiles(noc) / chipfile_chips(noc);
    int used = 0;
    double weight = j->network.columns * j->network.rows / 4.0;
    if (sscanf(text, "%5u.%5u.%5u%n", &chip, &tile, &number, &used) != 3 || chip >= chipfile_chips(noc) || tile >= tiles || number >= noc->cores_per_tile)
        return not_a_core(text, noc, err);
    if (text[used] == ':') {
        char *end;
        weight = strtod(text + used + 1, &end);
        if (end == text + used + 1 || *end || !(weight > 0) || weight > 1e9)
            return not_a_core(text, noc, err);
    } else if (text[used])
        return not_a_core(text, noc, err);
    uint32_t core = (chip * tiles + tile) * noc->cores_per_tile + number, node = 0;
    while (j->network.endpoint[node] != core)
        node++;
    j->pattern.hot_node = node;
    j->pattern.hot_weight = weight;
    return 0;
}

/* ---- one figure */

/* The way across the whole chip: what windows must be long against. */
static uint64_t longest_alone(const struct noc_job *j)
{
    const struct noc_network *n = &j->network;
    uint64_t most = 0;
    for (uint32_t e = 0; e < n->cores; e++) {
        uint64_t out = alone_latency(n->topology, &n->config, 0, e, j->asked.flits, 0);
        most = out > most ? out : most;
    }
    return most;
}

/* Enough packets for a mean to a fraction of a percent, and long against a packet's life; at low loads idle cycles cost nothing. */
static void choose_window(const struct noc_job *j, const struct cli *cli, double load, struct drive_plan *plan)
{
    double packets = load / plan->flits * plan->nodes, window = ceil(PACKETS_WANTED / packets);
    double latencies = (double)WINDOW_LATENCIES * (double)longest_alone(j);
    window = window > latencies ? window : latencies;
    window = window > WINDOW_LEAST ? window : WINDOW_LEAST;
    plan->window = cli->window ? cli->window : (uint64_t)window;
    plan->warmup = cli->warmup ? cli->warmup : plan->window / 4;
    plan->drain = DRAINS * plan->window;
}

/* The figure's uses are the caller's to free, also after an error. */
static int measure(struct noc_job *j, const struct cli *cli, double load, struct noc_figure *f, struct err *err)
{
    const struct noc_network *n = &j->network;
    struct drive_plan plan = {.nodes = n->columns * n->rows, .flits = j->asked.flits, .endpoint = n->endpoint, .topology = n->topology, .config = &n->config,
                              .ports = n->topology->ports};
    *f = (struct noc_figure){.load = load, .burst = cli->burst};
    j->pattern.load = load;
    struct traffic *traffic = traffic_new(&j->pattern, err);
    struct mesh *mesh = traffic ? mesh_new(n->topology, &n->config, err) : NULL;
    int status = mesh ? 0 : -1;
    plan.port = mem_new((size_t)plan.ports + 1, sizeof *plan.port);
    if (mesh && cli->burst) {
        status = drive_burst(mesh, traffic, &plan, &f->result, err);
        f->cycles = f->result.cycles + 1;
    } else if (mesh) {
        choose_window(j, cli, load, &plan);
        status = drive_steady(mesh, traffic, &plan, &f->result, err);
        f->cycles = f->window = plan.window;
        f->warmup = plan.warmup;
    }
    if (!status)
        noc_job_use(j, plan.port, f);
    else if (mesh && cli->burst)
        err_context(err, "--traffic %s --burst %u", cli->traffic, cli->burst);
    else if (mesh)
        err_context(err, "--traffic %s --load %.4g", cli->traffic, load);
    free(plan.port);
    mesh_free(mesh);
    traffic_free(traffic);
    return status;
}

void noc_job_use(const struct noc_job *j, const struct mesh_counts *port, struct noc_figure *f)
{
    f->uses = link_use_count(j->network.topology);
    struct link_use *use = mem_new(f->uses, sizeof *use);
    link_use_fill(j->network.topology, port, f->cycles, use);
    f->use = use;
    f->sums = link_use_sums(use, f->uses);
}

/* Rows of both files, and the figure's links are done with; its numbers stay. */
void noc_job_keep(struct noc_job *j, struct noc_figure *f)
{
    if (j->csv.file)
        noc_csv_row(j->csv.file, &j->asked, f);
    if (j->links.file)
        noc_links_rows(j->links.file, &j->asked, f);
}

/* ---- patterns */

/* One load or burst is told in full, several steady loads as a table. */
static int run_pattern(struct noc_job *j, const struct cli *cli, struct err *err)
{
    uint32_t n = cli->load.n ? cli->load.n : 1;
    struct noc_figure *figure = mem_new(n, sizeof *figure);
    size_t width = form_columns(stdout);
    int status = 0, curve = n > 1 && !cli->burst;
    if (!cli->quiet)
        noc_text_head(stdout, width, &j->asked);
    fflush(stdout);
    for (uint32_t i = 0; i < n && !status; i++) {
        struct noc_figure *f = &figure[i];
        status = measure(j, cli, cli->load.n ? cli->load.first + i * cli->load.step : 0, f, err);
        if (!status && curve && !i && !cli->quiet)
            noc_text_columns(stdout);
        if (!status && !cli->quiet) {
            if (!curve && i)
                putchar('\n');
            if (curve)
                noc_text_line(stdout, &j->asked, f);
            else
                noc_text_figure(stdout, width, &j->asked, f, NULL);
            fflush(stdout);
        }
        if (!status)
            noc_job_keep(j, f);
        free((void *)(uintptr_t)f->use);
        f->use = NULL;
    }
    if (!status && curve && !cli->quiet)
        noc_text_curve(stdout, width, &j->asked, figure, n);
    free(figure);
    return status;
}

/* ---- the whole */

static int open_files(struct noc_job *j, const struct cli *cli, struct err *err)
{
    if (cli->out && cli->links && !strcmp(cli->out, cli->links))
        return err_input(err, "--out and --links name the same file, %s: they are two tables", cli->out);
    if ((cli->out && whole_open(&j->csv, cli->out, err)) || (cli->links && whole_open(&j->links, cli->links, err)))
        return -1;
    if (j->csv.file)
        noc_csv_heading(j->csv.file);
    if (j->links.file)
        noc_links_heading(j->links.file);
    return 0;
}

static int close_files(struct noc_job *j, const struct cli *cli, struct err *err)
{
    if ((j->csv.file && whole_settle(&j->csv, err)) || (j->links.file && whole_settle(&j->links, err)) ||
        (cli->out && whole_close(&j->csv, err)) || (cli->links && whole_close(&j->links, err)))
        return -1;
    if (!cli->quiet && (cli->out || cli->links))
        printf("wrote     %s%s%s\n", cli->out ? cli->out : "", cli->out && cli->links ? " " : "", cli->links ? cli->links : "");
    return 0;
}

/* Whether the pattern fits the chip, and the routers work, is seen before anything is run or written; what it fills in is kept for the report. */
static int settle_pattern(struct noc_job *j, const struct cli *cli, struct err *err)
{
    j->pattern.load = cli->load.n ? cli->load.first : 0;
    struct traffic *traffic = traffic_new(&j->pattern, err);
    if (!traffic)
        return err_context(err, "--traffic %s on chip %s", cli->traffic, j->chip->name);
    j->pattern = *traffic_config(traffic);
    traffic_free(traffic);
    struct mesh *mesh = mesh_new(j->network.topology, &j->network.config, err);
    if (!mesh)
        return chipfile_noc_context(j->chip, err);
    mesh_free(mesh);
    j->asked.hot = j->network.endpoint[j->pattern.hot_node];
    return 0;
}

static int prepare(struct noc_job *j, const struct cli *cli, int pattern, struct err *err)
{
    j->chip = chipfile_read(cli->file[0], (const char *const *)cli->set, cli->n_sets, err);
    if (!j->chip || noc_network_open(&j->network, j->chip, pattern < 0, err))
        return -1;
    struct noc_network *n = &j->network;
    uint32_t flits = cli->flits ? cli->flits : n->flits;
    j->asked = (struct noc_asked){.chip = j->chip, .topology = n->topology, .config = &n->config, .traffic = cli->traffic,
                                  .pattern = pattern < 0 ? NULL : &j->pattern, .cores = n->cores, .columns = n->columns,
                                  .rows = n->rows, .flits = flits, .seed = cli->seed, .period_ps = n->period_ps};
    j->pattern = (struct traffic_config){.pattern = pattern < 0 ? TRAFFIC_UNIFORM : (enum traffic_pattern)pattern, .columns = n->columns, .rows = n->rows,
                                         .flits = flits, .burst = cli->burst, .seed = cli->seed};
    return pattern < 0 ? 0 : (cli->hot && read_hot(j, cli->hot, err)) || settle_pattern(j, cli, err) ? -1 : 0;
}

int cli_noc(const struct cli *cli, struct err *err)
{
    struct noc_job j = {.chip = NULL};
    struct stat about;
    int pattern = cli->traffic ? traffic_find(cli->traffic) : -1;
    if (cli_refuse_sanafe(cli, "noc", err))
        return -1;
    if (!cli->traffic || (pattern < 0 && stat(cli->traffic, &about)))
        return no_traffic(cli->traffic, err);
    int status = check_options(cli, pattern, err) || job_files(cli, err) || prepare(&j, cli, pattern, err) || open_files(&j, cli, err);
    if (!status)
        status = pattern < 0 ? noc_replay(&j, cli, err) : run_pattern(&j, cli, err);
    if (!status)
        status = close_files(&j, cli, err);
    whole_drop(&j.csv);
    whole_drop(&j.links);
    noc_network_close(&j.network);
    chipfile_free(j.chip);
    return status ? -1 : 0;
}
