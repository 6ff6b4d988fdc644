/* counter_list.h: every action that volley counts, once. X(ID, count name, price key, class, unit, help)
 * count name: in summary.json and counters.csv; price key: in a chip file's `energy` and `service`; "" where it has none.
 * Class work: fixed by spikes, mapping and routes, the same in every plane, and the only class that is priced.
 * Class time: depends on the timing plane. Accesses to memories are counted apart (struct memory_count, per memory). */
#define COUNTER_LIST(X)                                                                                                                 \
    X(SPIKES, "spikes", "spike", WORK, "spikes", "a neuron fired inside its window")                                                    \
    X(SOPS, "sops", "sop", WORK, "synapses", "one synapse processed for one spike, accumulated")                                        \
    X(SOPS_LATE, "sops_late", "", WORK, "synapses", "a synapse processed for a step outside its target's window: paid, not accumulated; priced as sop") \
    X(LEAVES, "leaves", "packet", WORK, "packets", "a packet served at a core; a multicast packet counts at each of its cores")         \
    X(CORE_STEPS, "core_steps", "step", WORK, "updates", "an update program of one used core")                                          \
    X(UPDATE_ACTIVE, "update_active", "update_active", WORK, "updates", "a neuron (compartment) updated in its window, active")         \
    X(UPDATE_IDLE, "update_idle", "update_idle", WORK, "updates", "a neuron (compartment) updated in its window, idle")                 \
    X(UPDATE_HELD, "update_held", "", WORK, "updates", "a neuron (compartment) visited outside its window; priced as update_idle")      \
    X(BUSY_CYCLES, "busy_cycles", "busy_cycle", WORK, "cycles", "core cycles of update programs, service and learning, as if nothing stalled") \
    X(LEARN_STEPS, "learn_steps", "learn", WORK, "programs", "a learning program of one used core, at the end of a step")                \
    X(LEARN_ROWS, "learn_rows", "learn_row", WORK, "rows", "a row swept by one: its axon had a trace, and a neuron of the core fired")   \
    X(LEARN_SOPS, "learn_sops", "learn_sop", WORK, "synapses", "a plastic synapse adjusted, by its packet or a row's sweep, changed or not") \
    X(PACKETS, "packets", "packet_sent", WORK, "packets", "a packet that entered the network: unicast one per core reached, multicast one") \
    X(PACKETS_TILE, "packets_tile", "tile", WORK, "packets", "a delivery that crossed no link: source and target at one router")        \
    X(FLITS, "flits", "", WORK, "flits", "flits that entered the network")                                                              \
    X(HOPS, "hops", "hop", WORK, "hops", "a link crossed by a packet's copy; same tile: 0")                                             \
    X(HOPS_X, "hops_x", "hop_x", WORK, "hops", "of these, east or west")                                                                \
    X(HOPS_Y, "hops_y", "hop_y", WORK, "hops", "of these, north or south")                                                              \
    X(HOPS_CHIP, "hops_chip", "hop_chip", WORK, "hops", "of these, over a link between chips")                                          \
    X(BUFFER_WRITES, "buffer_writes", "buffer_write", WORK, "flits", "a flit written into a router's input buffer")                     \
    X(BUFFER_READS, "buffer_reads", "buffer_read", WORK, "flits", "a flit read from a router's input buffer")                           \
    X(ROUTES, "routes", "route", WORK, "look-ups", "a route looked up: once per packet and router")                                     \
    X(ARBITRATIONS, "arbitrations", "arbitration", WORK, "grants", "virtual-channel grants (per packet copy) and switch grants (per flit copy)") \
    X(CROSSBAR, "crossbar", "crossbar", WORK, "flits", "a flit crossed a router's switch, per copy")                                    \
    X(LINK, "link", "link", WORK, "flits", "a flit crossed a link between routers")                                                     \
    X(LINK_CHIP, "link_chip", "link_chip", WORK, "flits", "of these, a link between chips")                                             \
    X(DROPPED, "dropped", "", WORK, "packets", "a delivery that the network lost (noc.full: drop); what it did before that is counted")        \
    X(HOST_IN, "host_packets_in", "packet_in", WORK, "packets", "input packets sent by the host port")                                  \
    X(HOST_OUT, "host_packets_out", "packet_out", WORK, "packets", "output packets delivered to the host port")                         \
    X(BARRIERS, "barriers", "barrier", WORK, "barriers", "a barrier of the chip; priced per: core, tile or chip as the file says")      \
    X(SAMPLE_RESETS, "sample_resets", "sample_reset", WORK, "resets", "a used core reset between samples")                              \
    X(LAYER_STARTS, "layer_starts", "layer_start", WORK, "starts", "a layer's part on a core started by a register write (time.layer_start gated)") \
    X(REFERENCES, "references", "reference", WORK, "packets", "a time-reference packet served at a core of an event chip")               \
    X(STALLED, "stalled_cycles", "", TIME, "cycles", "NoC cycles in which an update program waited for its output queue")               \
    X(BLOCKED, "blocked_cycles", "", TIME, "cycles", "NoC cycles in which the network waited for an input queue")                       \
    X(QUEUED, "queued_cycles", "", TIME, "cycles", "NoC cycles that packets waited in input queues")                                    \
    X(LINK_BUSY, "link_busy_cycles", "", TIME, "cycles", "cycles reserved on links between routers")      \
    X(BUFFERED, "flit_cycles", "", TIME, "cycles", "NoC cycles of flits in routers' buffers, summed; this and those below: plane cycle only") \
    X(STALL_NO_VC, "stall_no_vc", "", TIME, "cycles", "a packet's copy at the front of a buffer waited: no virtual channel of the next one was free") \
    X(STALL_LOST_VC, "stall_lost_vc", "", TIME, "cycles", "the same: other packets got the channels that were free")                    \
    X(STALL_NO_CREDIT, "stall_no_credit", "", TIME, "cycles", "the same: its channel of the next buffer was full")                      \
    X(STALL_LOST_SWITCH, "stall_lost_switch", "", TIME, "cycles", "the same: another flit went through the switch")                     \
    X(STALL_LINK_BUSY, "stall_link_busy", "", TIME, "cycles", "the same: the link still carried the flit before")                       \
    X(STALL_NO_PLACE, "stall_no_place", "", TIME, "cycles", "the same: the input queue of the core was full")                           \
    X(LOST_GRANTS, "lost_grants", "", TIME, "grants", "speculative grants of a switch that came to nothing")
