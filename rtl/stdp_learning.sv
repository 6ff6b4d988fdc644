// Learning beside a lif_core: traces of axons (pre) and neurons (post) in two memories, the change of weights in a row that is served or
// swept, and the program at the end of a step. Pair STDP; equations, with their order and rounding: cores/stdp.c.
//   a packet    descriptor in cycle 2: the axon's trace is read, in cycle 3 written back marked `arrived`; post traces are read beside the
//               accumulators, and the word's weights, depressed, are written back in the cycle in which these are
//   the update  post traces of the last update are read beside the state, and written, a step on, into the other bank
//   the program cycle 1      the first word of pre traces is read
//               2 ..         words are looked at, one per cycle: written back a step on while the next is read. Before that, if a neuron that
//                            learns has fired, each axon of the word with a trace has its row swept: 3 + words cycles each, as a packet
//               w + 2 + rows done
// Packets of a step see the post traces before its update, whenever they are served; the program sees those after it.
module stdp_learning #(
  parameter int unsigned Lanes       = 4,
  parameter int unsigned Words       = 64,     // neuron words
  parameter int unsigned Axons       = 1024,
  parameter int unsigned WeightWidth = 8,
  parameter int unsigned TraceWidth  = 8,
  parameter int unsigned RateWidth   = 8,
  localparam int unsigned AxonWidth  = $clog2(Axons),
  localparam int unsigned WordWidth  = $clog2(Words),
  localparam int unsigned PreWords   = (Axons + Lanes - 1) / Lanes,
  localparam int unsigned PreWidth   = PreWords > 1 ? $clog2(PreWords) : 1,
  localparam int unsigned PreBits    = Lanes * (TraceWidth + 1),
  localparam int unsigned PostBits   = Lanes * (TraceWidth + 1)
) (
  input  logic                         clk_i,
  input  logic                         rst_ni,
  // registers
  input  logic                         write_i,
  input  logic [22:0]                  register_i,
  input  logic [31:0]                  data_i,
  output logic [31:0]                  data_o,
  // memories on the configuration port, and their reset; bit 0 pre traces, bit 1 post traces
  input  logic [1:0]                   cfg_read_i,
  input  logic [1:0]                   cfg_write_i,
  input  logic [22:0]                  cfg_word_i,
  input  logic [PreBits-1:0]           cfg_data_i,
  output logic [PreBits-1:0]           pre_data_o,
  output logic [PostBits-1:0]          post_data_o,
  input  logic [1:0]                   clear_i,
  input  logic [31:0]                  clear_word_i,
  output logic [1:0]                   read_o,
  output logic [1:0]                   write_o,
  // the update
  input  logic                         step_starts_i,
  input  logic                         fill_bank_i,       // bank that packets of the step in hand fill: post traces after its update
  input  logic                         update_read_i,
  input  logic [WordWidth-1:0]         update_read_word_i,
  input  logic                         update_write_i,
  input  logic [WordWidth-1:0]         update_write_word_i,
  input  logic                         keep_i,            // what the update has read ahead will be overwritten
  input  logic                         kept_i,            // it has been
  input  logic [Lanes-1:0]             open_i,            // lanes in their window that learn
  input  logic [Lanes-1:0]             spike_i,
  // a row in service
  input  logic                         service_busy_i,
  input  logic                         descriptor_i,      // cycle 2: the axon's descriptor stands
  input  logic                         plastic_row_i,     // its top bit: a synapse of the row learns
  input  logic [AxonWidth-1:0]         served_axon_i,
  input  logic                         word_read_i,       // accumulator words of the row, read and written
  input  logic [WordWidth-1:0]         word_read_word_i,
  input  logic                         word_write_i,
  input  logic [Lanes*WeightWidth-1:0] weights_i,
  input  logic [Lanes-1:0]             plastic_i,
  output logic                         weights_write_o,
  output logic [Lanes*WeightWidth-1:0] weights_o,
  // the program
  input  logic                         start_i,
  output logic                         active_o,
  output logic                         done_o,
  output logic                         row_valid_o,       // an axon whose row is to be swept
  output logic [AxonWidth-1:0]         row_axon_o,
  output logic                         row_o              // the row in service is swept, not served
);
  localparam int unsigned Entry    = TraceWidth + 1;      // trace, then a bit: arrived, or fired
  localparam int unsigned LaneBits = $clog2(Lanes);
  localparam logic [1:0] Idle  = 2'd0;
  localparam logic [1:0] Fetch = 2'd1;
  localparam logic [1:0] Look  = 2'd2;
  localparam logic [1:0] Done  = 2'd3;

  // ---- registers ----
  logic                          on;
  logic [3:0]                    shift;
  logic [RateWidth-1:0]          potentiate, depress;
  logic [TraceWidth-1:0]         pre_add, post_add;
  logic [7:0]                    pre_keep, post_keep;
  logic signed [WeightWidth-1:0] low, high;
  logic [PreWidth-1:0]           last_word;
  stdp_registers #(.WeightWidth(WeightWidth), .TraceWidth(TraceWidth), .RateWidth(RateWidth), .TraceWords(PreWords)) u_registers (
    .clk_i, .rst_ni, .write_i, .register_i, .data_i, .data_o, .on_o(on), .shift_o(shift), .potentiate_o(potentiate), .depress_o(depress),
    .pre_add_o(pre_add), .post_add_o(post_add), .pre_keep_o(pre_keep), .post_keep_o(post_keep), .low_o(low), .high_o(high),
    .last_word_o(last_word)
  );

  // ---- the program ----
  logic [1:0]            state_q, state_d;
  logic [PreWidth-1:0]   word_q, word_d;
  logic [Lanes-1:0]      left_q, left_d, living, lowest;  // lanes of the word that may have a row to sweep
  logic [TraceWidth-1:0] trace_q, trace_d, lowest_trace;
  logic                  any_fired_q, row_q, row_d, fetch, writeback;
  logic [AxonWidth-1:0]  lowest_lane;
  logic [PreBits-1:0]    pre_data, pre_next;

  for (genvar l = 0; l < Lanes; l++) begin : g_living
    assign living[l] = left_q[l] && any_fired_q && pre_data[l*Entry +: TraceWidth] != '0;
  end
  assign lowest = living & (~living + 1'b1);
  always_comb begin
    lowest_lane  = '0;
    lowest_trace = '0;
    for (int unsigned l = 0; l < Lanes; l++) begin
      if (lowest[l]) begin
        lowest_lane  = AxonWidth'(l);
        lowest_trace = pre_data[l*Entry +: TraceWidth];
      end
    end
  end

  always_comb begin
    state_d     = state_q;
    word_d      = word_q;
    left_d      = left_q;
    trace_d     = trace_q;
    row_d       = row_q;
    fetch       = 1'b0;
    writeback   = 1'b0;
    row_valid_o = 1'b0;
    unique case (state_q)
      Fetch: begin
        state_d = Look;
        fetch   = 1'b1;
        left_d  = '1;
      end
      Look: begin
        if (!service_busy_i) begin
          row_d = 1'b0;
          if (living != '0) begin
            row_valid_o = 1'b1;
            row_d       = 1'b1;
            trace_d     = lowest_trace;
            left_d      = left_q & ~lowest;
          end else begin
            writeback = 1'b1;
            left_d    = '1;
            if (word_q == last_word) begin
              state_d = Done;
            end else begin
              fetch  = 1'b1;
              word_d = word_q + 1'b1;
            end
          end
        end
      end
      default: begin
        state_d = Idle;
        if (start_i) begin
          state_d = on ? Fetch : Done;
          word_d  = '0;
        end
      end
    endcase
  end
  assign active_o   = state_q != Idle;
  assign done_o     = state_q == Done;
  assign row_o      = row_q;
  assign row_axon_o = (AxonWidth'(word_q) << LaneBits) | lowest_lane;

  // ---- a row in service ----
  logic plastic_row_q, mark, mark_q;
  assign mark = descriptor_i && plastic_row_i && on && !row_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q       <= Idle;
      word_q        <= '0;
      left_q        <= '0;
      trace_q       <= '0;
      row_q         <= 1'b0;
      any_fired_q   <= 1'b0;
      plastic_row_q <= 1'b0;
      mark_q        <= 1'b0;
    end else begin
      state_q <= state_d;
      word_q  <= word_d;
      left_q  <= left_d;
      trace_q <= trace_d;
      row_q   <= row_d;
      mark_q  <= mark;
      if (descriptor_i) plastic_row_q <= plastic_row_i;
      if (step_starts_i) any_fired_q <= 1'b0;
      else if (update_write_i && (spike_i & open_i) != '0) any_fired_q <= 1'b1;
    end
  end
  assign weights_write_o = word_write_i && plastic_row_q && on;

  // ---- pre traces: a word holds those of Lanes axons ----
  logic [PreWidth-1:0] served_word;
  logic [LaneBits:0]   served_lane;
  logic [PreBits-1:0]  pre_marked;
  if (Lanes > 1) begin : g_axon
    assign served_lane = {1'b0, served_axon_i[LaneBits-1:0]};
    assign served_word = PreWidth'(served_axon_i >> LaneBits);
  end else begin : g_axon_alone
    assign served_lane = '0;
    assign served_word = PreWidth'(served_axon_i);
  end
  for (genvar l = 0; l < Lanes; l++) begin : g_pre
    assign pre_marked[l*Entry +: Entry] = {pre_data[l*Entry + TraceWidth] || served_lane == (LaneBits + 1)'(l), pre_data[l*Entry +: TraceWidth]};
    stdp_trace #(.TraceWidth(TraceWidth)) u_trace (
      .trace_i(pre_data[l*Entry +: TraceWidth]), .keep_i(pre_keep), .add_i(pre_add), .event_i(pre_data[l*Entry + TraceWidth]),
      .trace_o(pre_next[l*Entry +: TraceWidth])
    );
    assign pre_next[l*Entry + TraceWidth] = 1'b0;
  end
  assign read_o[0]  = cfg_read_i[0] || fetch || mark;
  assign write_o[0] = cfg_write_i[0] || writeback || mark_q || clear_i[0];
  mem_1r1w #(.Width(PreBits), .Depth(PreWords)) u_pre (
    .clk_i, .read_i(read_o[0]), .read_address_i(mark ? served_word : fetch ? word_d : cfg_word_i[PreWidth-1:0]), .read_data_o(pre_data),
    .write_i(write_o[0]),
    .write_address_i(mark_q ? served_word : writeback ? word_q : clear_i[0] ? clear_word_i[PreWidth-1:0] : cfg_word_i[PreWidth-1:0]),
    .write_data_i(mark_q ? pre_marked : writeback ? pre_next : clear_i[0] ? '0 : cfg_data_i)
  );
  assign pre_data_o = pre_data;

  // ---- post traces: two banks, one behind the other ----
  function automatic logic [WordWidth:0] in_bank(input logic bank, input logic [WordWidth-1:0] word);
    in_bank = {1'b0, word} + (bank ? (WordWidth + 1)'(Words) : '0);
  endfunction
  logic [PostBits-1:0] post_data, post_kept_q, post_before, post_next;
  logic [WordWidth:0]  post_read_address, post_write_address;
  logic                row_read;
  assign row_read = word_read_i && plastic_row_q && on;
  always_comb begin
    post_read_address  = cfg_word_i[WordWidth:0];
    post_write_address = cfg_word_i[WordWidth:0];
    if (row_read) post_read_address = in_bank(row_q ? fill_bank_i : !fill_bank_i, word_read_word_i);
    if (update_read_i && on) post_read_address = in_bank(!fill_bank_i, update_read_word_i);
    if (clear_i[1]) post_write_address = clear_word_i[WordWidth:0];
    if (update_write_i && on) post_write_address = in_bank(fill_bank_i, update_write_word_i);
  end
  always_ff @(posedge clk_i) begin
    if (keep_i) post_kept_q <= post_data;
  end
  assign post_before = kept_i ? post_kept_q : post_data;
  for (genvar l = 0; l < Lanes; l++) begin : g_post
    logic [TraceWidth-1:0] next;
    stdp_trace #(.TraceWidth(TraceWidth)) u_trace (
      .trace_i(post_before[l*Entry +: TraceWidth]), .keep_i(post_keep), .add_i(post_add), .event_i(spike_i[l]), .trace_o(next)
    );
    assign post_next[l*Entry +: Entry] = open_i[l] ? {spike_i[l], next} : '0;
  end
  assign read_o[1]  = cfg_read_i[1] || row_read || (update_read_i && on);
  assign write_o[1] = cfg_write_i[1] || clear_i[1] || (update_write_i && on);
  mem_1r1w #(.Width(PostBits), .Depth(2 * Words)) u_post (
    .clk_i, .read_i(read_o[1]), .read_address_i(post_read_address), .read_data_o(post_data),
    .write_i(write_o[1]), .write_address_i(post_write_address),
    .write_data_i(update_write_i && on ? post_next : clear_i[1] ? '0 : cfg_data_i)
  );
  assign post_data_o = post_data;

  // ---- weights ----
  for (genvar l = 0; l < Lanes; l++) begin : g_weight
    stdp_weight #(.WeightWidth(WeightWidth), .TraceWidth(TraceWidth), .RateWidth(RateWidth)) u_weight (
      .weight_i(weights_i[l*WeightWidth +: WeightWidth]),
      .trace_i(row_q ? trace_q : post_data[l*Entry +: TraceWidth]),
      .rate_i(row_q ? potentiate : depress),
      .shift_i(shift),
      .up_i(row_q),
      .enable_i(weights_write_o && plastic_i[l] && (!row_q || post_data[l*Entry + TraceWidth])),
      .low_i(low),
      .high_i(high),
      .weight_o(weights_o[l*WeightWidth +: WeightWidth])
    );
  end

  logic unused;
  assign unused = ^{cfg_word_i, clear_word_i, post_before};

`ifndef SYNTHESIS
  // The program: rows rise, one done for each start, and only when nothing is in service.
  logic [AxonWidth-1:0] last_row_q;
  logic                 any_row_q, open_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      any_row_q <= 1'b0;
      open_q    <= 1'b0;
    end else begin
      if (start_i) any_row_q <= 1'b0;
      else if (row_valid_o) any_row_q <= 1'b1;
      if (start_i) open_q <= 1'b1;
      else if (done_o) open_q <= 1'b0;
    end
  end
  always_ff @(posedge clk_i) begin
    if (row_valid_o) last_row_q <= row_axon_o;
  end
  a_rows_rise: assert property (@(posedge clk_i) disable iff (!rst_ni) row_valid_o && any_row_q |-> row_axon_o > last_row_q);
  a_one_done: assert property (@(posedge clk_i) disable iff (!rst_ni) done_o |=> !done_o);
  a_done_answers_start: assert property (@(posedge clk_i) disable iff (!rst_ni) done_o |-> open_q);
  a_done_empty: assert property (@(posedge clk_i) disable iff (!rst_ni) done_o |-> !service_busy_i && !fetch && !writeback);
  a_start_when_ended: assert property (@(posedge clk_i) disable iff (!rst_ni) start_i |-> state_q == Idle && !service_busy_i);
  a_off_is_still: assert property (@(posedge clk_i) disable iff (!rst_ni) !on && cfg_read_i == '0 && cfg_write_i == '0 && clear_i == '0
                                   |-> read_o == '0 && write_o == '0 && !weights_write_o);
  a_swept_rows_learn: assert property (@(posedge clk_i) disable iff (!rst_ni) row_q && word_read_i |-> plastic_row_q);
  for (genvar l = 0; l < Lanes; l++) begin : g_range
    // What learning writes lies between its limits if what it read did; a trace without an event does not rise.
    a_weight_in_range: assert property (@(posedge clk_i) disable iff (!rst_ni)
        weights_write_o && plastic_i[l] && $signed(weights_i[l*WeightWidth +: WeightWidth]) >= low && $signed(weights_i[l*WeightWidth +: WeightWidth]) <= high
        |-> $signed(weights_o[l*WeightWidth +: WeightWidth]) >= low && $signed(weights_o[l*WeightWidth +: WeightWidth]) <= high);
    a_not_plastic_stays: assert property (@(posedge clk_i) disable iff (!rst_ni)
        weights_write_o && !plastic_i[l] |-> weights_o[l*WeightWidth +: WeightWidth] == weights_i[l*WeightWidth +: WeightWidth]);
    a_pre_decays: assert property (@(posedge clk_i) disable iff (!rst_ni)
        writeback && !pre_data[l*Entry + TraceWidth] |-> pre_next[l*Entry +: TraceWidth] <= pre_data[l*Entry +: TraceWidth]);
    a_post_decays: assert property (@(posedge clk_i) disable iff (!rst_ni)
        update_write_i && on && !spike_i[l] |-> post_next[l*Entry +: TraceWidth] <= post_before[l*Entry +: TraceWidth]);
    c_weight_low: cover property (@(posedge clk_i) disable iff (!rst_ni) weights_write_o && !row_q && plastic_i[l] &&
        weights_o[l*WeightWidth +: WeightWidth] == low && weights_i[l*WeightWidth +: WeightWidth] != low);
    c_weight_high: cover property (@(posedge clk_i) disable iff (!rst_ni) weights_write_o && row_q && plastic_i[l] &&
        weights_o[l*WeightWidth +: WeightWidth] == high && weights_i[l*WeightWidth +: WeightWidth] != high);
    c_pre_saturates: cover property (@(posedge clk_i) disable iff (!rst_ni) writeback && pre_next[l*Entry +: TraceWidth] == '1);
    c_post_saturates: cover property (@(posedge clk_i) disable iff (!rst_ni) update_write_i && on && post_next[l*Entry +: TraceWidth] == '1);
    c_row: cover property (@(posedge clk_i) disable iff (!rst_ni) row_valid_o && lowest[l]);
  end
  c_several_rows: cover property (@(posedge clk_i) disable iff (!rst_ni) row_valid_o && (living & ~lowest) != '0);
  c_kept: cover property (@(posedge clk_i) disable iff (!rst_ni) update_write_i && on && kept_i);
  c_off: cover property (@(posedge clk_i) disable iff (!rst_ni) start_i && !on);
`endif
endmodule
