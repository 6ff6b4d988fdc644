/* A lost delivery names the router in whose input buffer its copy was given up. All links on its way up to there were crossed, by all
 * flits of the packet, since a copy is dropped before its head goes on and flits that follow come as far as the head did. */
#include "noc/loss.h"

#include <stdlib.h>

#include "base/mem.h"

static void cross(const struct noc *noc, struct path_counts *done, uint32_t link)
{
    done->routers++;
    noc_count_link(noc, done, link);
}

static int had_channel(const struct leaf *leaf)
{
    return leaf->lost && leaf->lost != 1 + STALL_NO_VC;
}

static void deliver(const struct noc *noc, const struct send *send, const struct leaf *leaf, struct path_counts *done)
{
    done->leaves += !leaf->lost;
    done->leaves_tile += !leaf->lost && noc->router_of[send->endpoint] == noc->router_of[leaf->endpoint];
}

static uint32_t alone(const struct noc *noc, const struct send *send, const struct leaf *leaf, struct path_counts *done)
{
    uint32_t *link = mem_new((size_t)noc->longest_path + 1, sizeof *link), at = noc->router_of[send->endpoint];
    uint32_t hops = noc_path(noc, at, noc->router_of[leaf->endpoint], link);
    for (uint32_t h = 0; h < hops && !(leaf->lost && at == leaf->lost_at); h++) {
        cross(noc, done, link[h]);
        at = noc_far_end(noc, link[h]);
    }
    free(link);
    deliver(noc, send, leaf, done);
    return (uint32_t)had_channel(leaf);
}

/* Up from each leaf to the first router that was entered: what is above it was crossed, what is below was not. The copies that were given
 * up are the branches just below, each once however many leaves it stands for; at a leaf's own router the leaf. */
static uint32_t in_tree(const struct noc *noc, const struct send *send, const struct leaf *leaf, struct path_counts *done)
{
    const struct tree *t = &noc->tree[send->route];
    const struct tree_branch *branch = noc->branch + t->first_branch;
    uint8_t *crossed = mem_new(2 * ((size_t)t->branches + 1), 1), *given_up = crossed + t->branches + 1;
    uint32_t channels = 0;
    for (uint32_t l = 0; l < send->leaves; l++) {
        uint32_t at = noc->leaf_at[t->first_leaf + l], below = 0;
        for (; leaf[l].lost && at && noc_far_end(noc, branch[at - 1].link) != leaf[l].lost_at; at = branch[at - 1].parent)
            below = at;
        channels += had_channel(&leaf[l]) && !(below && given_up[below]);
        given_up[below] = 1;    /* [0] is not read */
        for (; at && !crossed[at]; at = branch[at - 1].parent) {
            crossed[at] = 1;
            cross(noc, done, branch[at - 1].link);
        }
        deliver(noc, send, &leaf[l], done);
    }
    free(crossed);
    return channels;
}

uint32_t noc_path_done(const struct noc *noc, const struct send *send, const struct leaf *leaf, struct path_counts *done)
{
    *done = (struct path_counts){.routers = 1};
    return send->route == UNICAST ? alone(noc, send, leaf, done) : in_tree(noc, send, leaf, done);
}
