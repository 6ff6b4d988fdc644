/* The packets of an earlier run over the network alone, step by step: each step begins with an empty network, each packet is offered at its
 * recorded cycle. A packet to several cores takes a tree where the chip has multicast, else it is a packet for each. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "cli/noc_job.h"
#include "import/packets.h"
#include "noc/mesh.h"
#include "noc/topology.h"
#include "report/form.h"

struct replay {
    struct noc_job *job;
    const struct packet_trace *trace;
    struct drive_due *due;              /* of the step in hand */
    uint64_t dues;
    size_t due_room;
    uint32_t *slot;                     /* hash table of the trees made so far: number + 1; 0: free */
    uint32_t *tree_from;                /* [trees] their sources */
    uint64_t slots, trees;
    size_t tree_room;
    uint32_t *leaf;                     /* of the packet in hand */
    size_t leaf_room;
    uint64_t *makespan;                 /* [trace->steps] */
    struct noc_steps sums;
};

/* ---- trees: equal packets share one */

/* FNV-1a over the source and the leaves in order. */
static uint64_t hash(uint32_t from, const uint32_t *leaf, uint32_t n)
{
    uint64_t h = 14695981039346656037u ^ from;
    for (uint32_t i = 0; i < n; i++)
        h = (h * 1099511628211u) ^ leaf[i];
    return h * 1099511628211u;
}

static int is_tree(const struct replay *r, uint32_t tree, uint32_t from, uint32_t n)
{
    const struct topology *t = r->job->network.topology;
    return r->tree_from[tree] == from && t->tree[tree].leaves == n && !memcmp(t->leaf + t->tree[tree].first_leaf, r->leaf, n * sizeof *r->leaf);
}

/* The number of the tree, or the first free slot's. */
static uint64_t slot_of(const struct replay *r, uint32_t from, const uint32_t *leaf, uint32_t n)
{
    uint64_t s = hash(from, leaf, n) & (r->slots - 1);
    while (r->slot[s] && !is_tree(r, r->slot[s] - 1, from, n))
        s = (s + 1) & (r->slots - 1);
    return s;
}

static void widen(struct replay *r)
{
    const struct topology *t = r->job->network.topology;
    if (2 * r->trees < r->slots)
        return;
    free(r->slot);
    r->slots = r->slots ? 2 * r->slots : 1024;
    r->slot = mem_new(r->slots, sizeof *r->slot);
    for (uint32_t k = 0; k < r->trees; k++) {
        uint64_t s = hash(r->tree_from[k], t->leaf + t->tree[k].first_leaf, t->tree[k].leaves) & (r->slots - 1);
        while (r->slot[s])
            s = (s + 1) & (r->slots - 1);
        r->slot[s] = k + 1;
    }
}

static int tree_of(struct replay *r, const struct packet_row *row, uint32_t from, uint32_t n, uint32_t *tree, struct err *err)
{
    const struct noc_network *network = &r->job->network;
    widen(r);
    uint64_t s = slot_of(r, from, r->leaf, n);
    if (!r->slot[s]) {
        if (r->job->asked.flits > network->config.depth)
            return err_answer(err, "a multicast packet of %u flits does not fit a virtual channel of %u: deeper buffers "
                                   "(--set noc.router.buffer='%u flits'), wider links, or --set noc.routing.multicast=none would help",
                              r->job->asked.flits, network->config.depth, r->job->asked.flits);
        if (topology_add_tree(network->topology, from, r->leaf, n, err) < 0)
            return err_context(err, "%s:%u", r->trace->path, row->line);
        r->tree_from = mem_room(r->tree_from, r->trees, &r->tree_room, sizeof *r->tree_from);
        r->tree_from[r->trees++] = from;
        r->slot[s] = (uint32_t)r->trees;
    }
    *tree = r->slot[s] - 1;
    return 0;
}

/* ---- a step */

static uint32_t endpoint_of(uint32_t core, uint32_t host)
{
    return core == PACKETS_HOST ? host : core;
}

static void add_due(struct replay *r, const struct packet_row *row, struct mesh_packet packet, uint32_t leaves)
{
    r->due = mem_room(r->due, r->dues, &r->due_room, sizeof *r->due);
    packet.flits = r->job->asked.flits;
    r->due[r->dues++] = (struct drive_due){row->offset, packet, leaves};
}

/* Rows [first, first + n) are one packet. */
static int add_packet(struct replay *r, const struct packet_row *row, uint32_t n, struct err *err)
{
    const struct noc_network *network = &r->job->network;
    uint32_t from = endpoint_of(row->from, noc_network_host_lane(network, row->packet));
    for (uint32_t i = 1; i < n; i++)
        if (row[i].from != row->from || row[i].offset != row->offset)
            return err_input(err, "%s:%u: a copy of packet %u has another source or offset than the one before it", r->trace->path, row[i].line, row->packet);
    if (n > 1 && r->job->chip->noc.multicast) {
        struct mesh_packet p = {.from = from, .multicast = 1};
        while (r->leaf_room < n)
            r->leaf = mem_room(r->leaf, r->leaf_room, &r->leaf_room, sizeof *r->leaf);
        for (uint32_t i = 0; i < n; i++)
            r->leaf[i] = endpoint_of(row[i].to, network->host_out);
        if (tree_of(r, row, from, n, &p.to, err))
            return -1;
        add_due(r, row, p, n);
        return 0;
    }
    for (uint32_t i = 0; i < n; i++)
        add_due(r, row, (struct mesh_packet){.from = from, .to = endpoint_of(row[i].to, network->host_out)}, 1);
    return 0;
}

/* In order of cycles; packets of one cycle as the file has them: the place in the list stands in the tag meanwhile. */
static int by_cycle(const void *a, const void *b)
{
    const struct drive_due *x = a, *y = b;
    return x->cycle != y->cycle ? (x->cycle < y->cycle ? -1 : 1) : x->packet.tag < y->packet.tag ? -1 : x->packet.tag > y->packet.tag;
}

static int gather_step(struct replay *r, const struct packet_step *step, struct err *err)
{
    const struct packet_row *row = r->trace->row + step->first;
    r->dues = 0;
    for (uint64_t i = 0, n; i < step->rows; i += n) {
        for (n = 1; i + n < step->rows && row[i + n].packet == row[i].packet;)
            n++;
        if (add_packet(r, &row[i], (uint32_t)n, err))
            return -1;
        r->sums.packets++;
    }
    for (uint64_t i = 0; i < r->dues; i++)
        r->due[i].packet.tag = (uint32_t)i;
    if (r->dues)
        qsort(r->due, r->dues, sizeof *r->due, by_cycle);
    return 0;
}

static void add_step(struct replay *r, uint64_t k, const struct packet_step *step, struct noc_figure *f)
{
    struct noc_steps *sums = &r->sums;
    f->sample = step->sample;
    f->step = step->step;
    f->cycles = f->result.cycles + 1;
    r->makespan[k] = f->cycles;
    sums->samples += !k || step->sample != step[-1].sample;
    sums->steps++;
    if (f->cycles > sums->makespan.most) {
        sums->makespan.most = f->cycles;
        sums->sample = step->sample;
        sums->step = step->step;
    }
    if (step->arrive != UINT64_MAX) {
        f->recorded = step->arrive + 1;
        sums->recorded_steps++;
        sums->recorded += (double)f->recorded;
        sums->sum += (double)f->cycles;
    }
    noc_job_keep(r->job, f);
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* pNN as everywhere: the least value that so many percent do not exceed. */
static void spread_makespans(struct replay *r)
{
    uint64_t n = r->sums.steps, *value = r->makespan;
    struct drive_spread *s = &r->sums.makespan;
    qsort(value, n, sizeof *value, by_value);
    for (uint64_t i = 0; i < n; i++)
        s->mean += (double)value[i] / (double)n;
    s->p50 = value[(n * 50 + 99) / 100 - 1];
    s->p95 = value[(n * 95 + 99) / 100 - 1];
    s->p99 = value[(n * 99 + 99) / 100 - 1];
}

static int run_steps(struct replay *r, struct drive_replay *drive, struct err *err)
{
    for (uint64_t k = 0; k < r->trace->steps; k++) {
        struct noc_figure f = {.cycles = 0};
        if (gather_step(r, &r->trace->step[k], err))
            return -1;
        if (drive_replay_step(drive, r->due, r->dues, &f.result, err))
            return err_context(err, "sample %u, step %u", r->trace->step[k].sample, r->trace->step[k].step);
        add_step(r, k, &r->trace->step[k], &f);
    }
    return 0;
}

/* All steps together: links are counted over the sum of their makespans. */
static void tell(struct replay *r, const struct drive_replay *drive, const struct mesh *mesh, const struct cli *cli)
{
    struct noc_job *j = r->job;
    uint32_t ports = j->network.topology->ports;
    struct mesh_counts *port = mem_new((size_t)ports + 1, sizeof *port);
    struct noc_figure f = {.result = drive_replay_whole(drive)};
    size_t width = form_columns(stdout);
    f.cycles = f.result.cycles;
    for (uint32_t p = 0; p < ports; p++)
        port[p] = mesh_port_counts(mesh, p);
    noc_job_use(j, port, &f);
    if (j->links.file)
        noc_links_rows(j->links.file, &j->asked, &f);
    if (!cli->quiet) {
        noc_text_head(stdout, width, &j->asked);
        noc_text_figure(stdout, width, &j->asked, &f, &r->sums);
    }
    free((void *)(uintptr_t)f.use);
    free(port);
}

/* A run's folder stands for the packets in it. */
static char *trace_path(const struct cli *cli, struct err *err)
{
    struct stat about;
    if (stat(cli->traffic, &about) || !S_ISDIR(about.st_mode))
        return mem_text(cli->traffic);
    char *path = mem_format("%s/packets.csv", cli->traffic);
    if (!stat(path, &about))
        return path;
    err_input(err, "--traffic %s: no packets.csv in this folder (%s); volley run --trace packets writes it", cli->traffic, strerror(errno));
    free(path);
    return NULL;
}

int noc_replay(struct noc_job *j, const struct cli *cli, struct err *err)
{
    const struct chip_noc *n = &j->chip->noc;
    struct packet_cores cores = {chipfile_chips(n), chipfile_tiles(n) / chipfile_chips(n), n->cores_per_tile};
    char *path = trace_path(cli, err);
    struct packet_trace *trace = path ? packets_read(path, &cores, err) : NULL;
    struct mesh *mesh = trace ? mesh_new(j->network.topology, &j->network.config, err) : NULL;
    struct replay r = {.job = j, .trace = trace};
    int status = -1;
    if (mesh) {
        struct drive_replay *drive = drive_replay_new(mesh);
        r.makespan = mem_new(trace->steps, sizeof *r.makespan);
        status = run_steps(&r, drive, err);
        if (!status) {
            spread_makespans(&r);
            tell(&r, drive, mesh, cli);
        }
        drive_replay_free(drive);
    }
    free(r.due);
    free(r.slot);
    free(r.tree_from);
    free(r.leaf);
    free(r.makespan);
    mesh_free(mesh);
    packets_free(trace);
    free(path);
    return status;
}
