// The update: one pass over the neuron words in use, Lanes neurons per word, in rising order.
//   cycle 0     start_i                1 .. w   words are read: state, parameters, sums        2 .. w+1  computed and written back
// A word with k spikes is followed by k cycles in which they are offered, lowest neuron first: w + 2 + spikes cycles in all, the first
// spike of word j (from 0) in cycle 3 + j + spikes before. While an offer is refused everything stands still (stopped_o); a service may
// then use the accumulators, and the sums read ahead are kept here.
module lif_update #(
  parameter int unsigned Neurons = 256,
  parameter int unsigned Lanes = 4,
  parameter int unsigned MembraneWidth = 16,
  parameter int unsigned SumWidth = 24,
  parameter int unsigned CurrentWidth = 24,
  parameter int unsigned BiasWidth = 16,
  parameter int unsigned RestWidth = 4,
  parameter int unsigned ShiftMax = 7,
  parameter int unsigned DecayBits = 8,
  parameter int unsigned Groups = 8,
  parameter int unsigned Learning = 0,
  localparam int unsigned NeuronWidth = $clog2(Neurons),
  localparam int unsigned WordWidth = $clog2(Neurons / Lanes),
  localparam int unsigned ShiftWidth = $clog2(ShiftMax + 1),
  localparam int unsigned DecayWidth = DecayBits == 0 ? 5 : DecayBits + 1,
  localparam int unsigned GroupWidth = Groups > 1 ? $clog2(Groups) : 1,
  localparam int unsigned LimitWidth = MembraneWidth + 1,
  localparam int unsigned StateEntry = RestWidth + MembraneWidth,
  localparam int unsigned ParameterEntry = GroupWidth + DecayWidth + 2 * LimitWidth + BiasWidth,
  localparam int unsigned RuleWidth = 5 + ShiftWidth + RestWidth + Learning    // learns on top
) (
  input  logic                            clk_i,
  input  logic                            rst_ni,
  input  logic                            start_i,
  input  logic [Groups-1:0]               open_i,          // at start: groups in their window
  input  logic [WordWidth-1:0]            last_word_i,
  input  logic [1:0]                      rounding_i,
  input  logic [Groups*RuleWidth-1:0]     rules_i,
  input  logic                            serving_i,       // a service is under way: nothing moves
  input  logic                            keep_sums_i,     // a service begins: what was read ahead will be overwritten
  input  logic                            drained_i,       // the output queue is empty
  output logic                            active_o,
  output logic                            stopped_o,       // by a full output queue
  output logic                            swept_o,         // all neurons done
  output logic                            done_o,          // and all spikes gone: one cycle
  output logic                            read_o,
  output logic [WordWidth-1:0]            read_word_o,
  input  logic [Lanes*StateEntry-1:0]     state_i,
  input  logic [Lanes*ParameterEntry-1:0] parameter_i,
  input  logic [Lanes*SumWidth-1:0]       sums_i,
  output logic                            write_o,
  output logic [WordWidth-1:0]            write_word_o,
  output logic [Lanes*StateEntry-1:0]     state_o,
  output logic                            spike_valid_o,
  output logic [NeuronWidth-1:0]          spike_o,
  input  logic                            spike_ready_i,
  output logic [Lanes*SumWidth-1:0]       retire_sums_o,   // as the update used them
  output logic [Lanes-1:0]                retire_spike_o,
  output logic [Lanes-1:0]                retire_open_o,
  output logic [Lanes-1:0]                learns_o,        // lanes whose group learns
  output logic                            keep_o,          // what was read ahead is to be kept now
  output logic                            kept_o           // and is used from there
);
  localparam int unsigned LaneBits = $clog2(Lanes);

  logic                      active_q, active_d, computing_q, computing_d, all_read_q, all_read_d;
  logic [WordWidth-1:0]      next_q, next_d, word_q, word_d, offering_q, offering_d;
  logic [Lanes-1:0]          offered_q, offered_d, spikes, lowest;
  logic [Groups-1:0]         open_q;
  logic                      kept_q, kept_d, compute, offer, last;
  logic [Lanes*SumWidth-1:0] kept_sums_q, sums;

  assign last      = last_word_i == next_q;
  assign offer     = offered_q != '0;
  assign compute   = computing_q && !offer && !serving_i;
  assign stopped_o = offer && !spike_ready_i;
  assign active_o  = active_q;
  assign swept_o   = active_q && all_read_q && !computing_q && !offer;
  assign done_o    = swept_o && drained_i;

  assign read_o      = active_q && !all_read_q && !offer && !serving_i;
  assign read_word_o = next_q;
  assign write_o     = compute;
  assign write_word_o = word_q;
  assign sums        = kept_q ? kept_sums_q : sums_i;
  assign keep_o      = keep_sums_i && computing_q && !kept_q;
  assign kept_o      = kept_q;

  assign lowest        = offered_q & (~offered_q + 1'b1);
  assign spike_valid_o = offer && !serving_i;
  always_comb begin
    spike_o = NeuronWidth'(offering_q) << LaneBits;
    for (int unsigned l = 0; l < Lanes; l++) if (lowest[l]) spike_o = spike_o | NeuronWidth'(l);
  end

  always_comb begin
    active_d    = active_q;
    all_read_d  = all_read_q;
    computing_d = computing_q;
    next_d      = next_q;
    word_d      = word_q;
    offering_d  = offering_q;
    offered_d   = offered_q;
    kept_d      = kept_q;
    if (start_i) begin
      active_d   = 1'b1;
      all_read_d = 1'b0;
      next_d     = '0;
      kept_d     = 1'b0;
    end
    if (done_o) active_d = 1'b0;
    if (compute) begin
      computing_d = 1'b0;
      offered_d   = spikes;
      offering_d  = word_q;
      kept_d      = 1'b0;
    end
    if (read_o) begin
      computing_d = 1'b1;
      word_d      = next_q;
      next_d      = last ? next_q : next_q + 1'b1;
      all_read_d  = last;
    end
    if (spike_valid_o && spike_ready_i) offered_d = offered_q & ~lowest;
    if (keep_sums_i && computing_q) kept_d = 1'b1;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q    <= 1'b0;
      all_read_q  <= 1'b0;
      computing_q <= 1'b0;
      next_q      <= '0;
      word_q      <= '0;
      offering_q  <= '0;
      offered_q   <= '0;
      open_q      <= '0;
      kept_q      <= 1'b0;
      kept_sums_q <= '0;
    end else begin
      active_q    <= active_d;
      all_read_q  <= all_read_d;
      computing_q <= computing_d;
      next_q      <= next_d;
      word_q      <= word_d;
      offering_q  <= offering_d;
      offered_q   <= offered_d;
      kept_q      <= kept_d;
      if (start_i) open_q <= open_i;
      if (keep_o) kept_sums_q <= sums_i;
    end
  end

  for (genvar l = 0; l < Lanes; l++) begin : g_lane
    localparam int unsigned Rest = l * StateEntry + MembraneWidth;
    localparam int unsigned Bias = l * ParameterEntry;
    localparam int unsigned Threshold = Bias + BiasWidth;
    localparam int unsigned Reset = Threshold + LimitWidth;
    localparam int unsigned Decay = Reset + LimitWidth;
    localparam int unsigned Group = Decay + DecayWidth;
    logic [GroupWidth-1:0] group;
    logic [RuleWidth-1:0]  rule;
    logic                  open;
    assign group = parameter_i[Group +: GroupWidth];
    always_comb begin
      rule = '0;
      open = 1'b0;
      if (compute) begin
        for (int unsigned g = 0; g < Groups; g++) begin
          if (32'(group) == g) begin
            rule = rules_i[g*RuleWidth +: RuleWidth];
            open = open_q[g];
          end
        end
      end
    end
    lif_neuron #(
      .MembraneWidth(MembraneWidth), .SumWidth(SumWidth), .CurrentWidth(CurrentWidth), .BiasWidth(BiasWidth), .RestWidth(RestWidth),
      .ShiftMax(ShiftMax), .DecayBits(DecayBits)
    ) u_neuron (
      .membrane_i(state_i[l*StateEntry +: MembraneWidth]),
      .rest_i(state_i[Rest +: RestWidth]),
      .sum_i(sums[l*SumWidth +: SumWidth]),
      .threshold_i(parameter_i[Threshold +: LimitWidth]),
      .reset_i(parameter_i[Reset +: LimitWidth]),
      .bias_i(parameter_i[Bias +: BiasWidth]),
      .decay_i(parameter_i[Decay +: DecayWidth]),
      .open_i(open),
      .reset_kind_i(rule[1:0]),
      .reset_time_i(rule[3:2]),
      .at_least_i(rule[4]),
      .shift_i(rule[5 +: ShiftWidth]),
      .refractory_i(rule[5 + ShiftWidth +: RestWidth]),
      .rounding_i(rounding_i),
      .membrane_o(state_o[l*StateEntry +: MembraneWidth]),
      .rest_o(state_o[Rest +: RestWidth]),
      .spike_o(spikes[l])
    );
    assign retire_open_o[l] = open;
    assign learns_o[l]      = Learning != 0 && rule[RuleWidth-1];
  end
  assign retire_sums_o  = sums;
  assign retire_spike_o = spikes;

`ifndef SYNTHESIS
  logic [NeuronWidth-1:0] last_spike_q;
  logic                   any_spike_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) any_spike_q <= 1'b0;
    else if (start_i) any_spike_q <= 1'b0;
    else if (spike_valid_o && spike_ready_i) any_spike_q <= 1'b1;
  end
  always_ff @(posedge clk_i) begin
    if (spike_valid_o && spike_ready_i) last_spike_q <= spike_o;
  end
  a_neurons_rise: assert property (@(posedge clk_i) disable iff (!rst_ni) spike_valid_o && any_spike_q |-> spike_o > last_spike_q);
  a_one_done: assert property (@(posedge clk_i) disable iff (!rst_ni) done_o |=> !done_o);
  a_done_empty: assert property (@(posedge clk_i) disable iff (!rst_ni) done_o |-> drained_i && !offer && !computing_q);
  a_start_when_ended: assert property (@(posedge clk_i) disable iff (!rst_ni) start_i |-> !active_q);
  a_service_stops_all: assert property (@(posedge clk_i) disable iff (!rst_ni) serving_i |-> !read_o && !write_o && !spike_valid_o);
  for (genvar l = 0; l < Lanes; l++) begin : g_rest
    a_refractory_silent: assert property (@(posedge clk_i) disable iff (!rst_ni)
        compute && state_i[l*StateEntry + MembraneWidth +: RestWidth] != '0 |-> !spikes[l]);
    c_saturates_high: cover property (@(posedge clk_i) disable iff (!rst_ni) compute &&
        state_o[l*StateEntry +: MembraneWidth] == {1'b0, {(MembraneWidth - 1){1'b1}}});
    c_saturates_low: cover property (@(posedge clk_i) disable iff (!rst_ni) compute &&
        state_o[l*StateEntry +: MembraneWidth] == {1'b1, {(MembraneWidth - 1){1'b0}}});
    c_rest_ends: cover property (@(posedge clk_i) disable iff (!rst_ni) compute &&
        state_i[l*StateEntry + MembraneWidth +: RestWidth] == RestWidth'(1));
  end
  c_stopped: cover property (@(posedge clk_i) disable iff (!rst_ni) stopped_o);
  c_kept: cover property (@(posedge clk_i) disable iff (!rst_ni) compute && kept_q);
`endif
endmodule
