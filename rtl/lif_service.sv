// The service of one packet: its axon's descriptor {words, first word}, then the words of its row, one per cycle. A synapse word names
// one accumulator word and holds a weight for each of its lanes, so a row costs as many cycles as it touches accumulator words.
//   cycle 1     the packet leaves the input queue, its descriptor is read
//   2 .. w+1    synapse words are read        3 .. w+2  accumulator words are read        4 .. w+3  and written, weights added
// 3 + w cycles in all, 3 for an empty row; once begun it is not interrupted. Two words side by side in a row name different
// accumulator words, or the second would be read while the first is written.
module lif_service #(
  parameter int unsigned Lanes       = 4,
  parameter int unsigned WeightWidth = 8,
  parameter int unsigned SumWidth    = 24,
  parameter int unsigned AxonWidth   = 10,
  parameter int unsigned PlaceWidth  = 14,     // address of a synapse word
  parameter int unsigned LengthWidth = 8,      // words of a row
  parameter int unsigned WordWidth   = 6,      // address of an accumulator word in its bank
  parameter int unsigned SynapseBits = 38      // of a synapse word: weights, accumulator word, and what the core keeps above them
) (
  input  logic                               clk_i,
  input  logic                               rst_ni,
  input  logic                               may_start_i,
  input  logic                               packet_valid_i,
  input  logic [AxonWidth-1:0]               packet_axon_i,
  output logic                               packet_ready_o,
  output logic                               starts_o,      // cycle 1
  output logic                               busy_o,        // from cycle 2 on
  output logic                               axon_read_o,
  output logic [AxonWidth-1:0]               axon_o,
  input  logic [LengthWidth+PlaceWidth-1:0]  axon_data_i,
  output logic                               synapse_read_o,
  output logic [PlaceWidth-1:0]              synapse_o,
  input  logic [SynapseBits-1:0]             synapse_data_i,
  input  logic                               sums_rest_i,   // the row is gone through without the accumulators
  output logic                               sum_read_o,
  output logic [WordWidth-1:0]               sum_read_word_o,
  input  logic [Lanes*SumWidth-1:0]          sum_data_i,
  output logic                               sum_write_o,
  output logic [WordWidth-1:0]               sum_write_word_o,
  output logic [Lanes*SumWidth-1:0]          sum_data_o,
  output logic                               descriptor_o,  // cycle 2: the descriptor stands at its memory's output
  output logic                               word_read_o,   // as sum_read_o and sum_write_o, whether the accumulators take part or not
  output logic                               word_write_o,
  output logic [AxonWidth-1:0]               served_axon_o, // of the words written
  output logic [PlaceWidth-1:0]              served_place_o,
  output logic [SynapseBits-1:0]             served_o       // the synapse word itself
);
  localparam logic [1:0] Idle       = 2'd0;
  localparam logic [1:0] Descriptor = 2'd1;
  localparam logic [1:0] Row        = 2'd2;

  logic [1:0]                   state_q, state_d;
  logic [AxonWidth-1:0]         axon_q, axon_d;
  logic [LengthWidth-1:0]       left_q, left_d;       // synapse words still to read
  logic [PlaceWidth-1:0]        place_q, place_d;
  logic                         fetched_q, summed_q;  // a synapse word, an accumulator word stands at its memory's output
  logic [PlaceWidth-1:0]        fetched_place_q, summed_place_q;
  logic [SynapseBits-1:0]       word_q;

  assign starts_o       = state_q == Idle && may_start_i && packet_valid_i;
  assign packet_ready_o = starts_o;
  assign busy_o         = state_q != Idle;
  assign axon_read_o    = starts_o;
  assign axon_o         = packet_axon_i;

  always_comb begin
    state_d        = state_q;
    axon_d         = axon_q;
    left_d         = left_q;
    place_d        = place_q;
    synapse_read_o = 1'b0;
    synapse_o      = place_q;
    unique case (state_q)
      Descriptor: begin
        state_d        = Row;
        synapse_o      = axon_data_i[PlaceWidth-1:0];
        synapse_read_o = axon_data_i[PlaceWidth +: LengthWidth] != '0;
        left_d         = synapse_read_o ? axon_data_i[PlaceWidth +: LengthWidth] - 1'b1 : '0;
        place_d        = synapse_o + 1'b1;
      end
      Row: begin
        synapse_read_o = left_q != '0;
        if (synapse_read_o) begin
          left_d  = left_q - 1'b1;
          place_d = place_q + 1'b1;
        end
        if (left_q == '0 && !fetched_q) state_d = Idle;
      end
      default: begin
        if (starts_o) begin
          state_d = Descriptor;
          axon_d  = packet_axon_i;
        end
      end
    endcase
  end

  assign word_read_o      = fetched_q;
  assign word_write_o     = summed_q;
  assign descriptor_o     = state_q == Descriptor;
  assign sum_read_o       = fetched_q && !sums_rest_i;
  assign sum_read_word_o  = synapse_data_i[Lanes*WeightWidth +: WordWidth];
  assign sum_write_o      = summed_q && !sums_rest_i;
  assign sum_write_word_o = word_q[Lanes*WeightWidth +: WordWidth];
  assign served_axon_o    = axon_q;
  assign served_place_o   = summed_place_q;
  assign served_o         = word_q;

  // Sums never leave their width: whoever loads a core proves it from all weights. There is nothing to saturate here.
  for (genvar l = 0; l < Lanes; l++) begin : g_lane
    logic [WeightWidth-1:0] weight;
    assign weight = word_q[l*WeightWidth +: WeightWidth];
    assign sum_data_o[l*SumWidth +: SumWidth] =
        sum_data_i[l*SumWidth +: SumWidth] + {{(SumWidth - WeightWidth){weight[WeightWidth-1]}}, weight};
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q   <= Idle;
      axon_q    <= '0;
      left_q    <= '0;
      place_q   <= '0;
      fetched_q <= 1'b0;
      summed_q  <= 1'b0;
      word_q    <= '0;
      fetched_place_q <= '0;
      summed_place_q  <= '0;
    end else begin
      state_q   <= state_d;
      axon_q    <= axon_d;
      left_q    <= left_d;
      place_q   <= place_d;
      fetched_q <= synapse_read_o;
      summed_q  <= fetched_q;
      if (synapse_read_o) fetched_place_q <= synapse_o;
      if (fetched_q) begin
        word_q         <= synapse_data_i;
        summed_place_q <= fetched_place_q;
      end
    end
  end

`ifndef SYNTHESIS
  // A service of w words ends 3 + w cycles after it began, counted here.
  logic [LengthWidth+1:0] cycles_q;
  logic [LengthWidth-1:0] length_q;
  always_ff @(posedge clk_i) begin
    cycles_q <= starts_o ? (LengthWidth + 2)'(2) : cycles_q + 1'b1;
    if (state_q == Descriptor) length_q <= axon_data_i[PlaceWidth +: LengthWidth];
  end
  a_length: assert property (@(posedge clk_i) disable iff (!rst_ni)
                             state_q == Row && state_d == Idle |-> cycles_q == (LengthWidth + 2)'(length_q) + (LengthWidth + 2)'(3));
  for (genvar l = 0; l < Lanes; l++) begin : g_exact
    a_sum_fits: assert property (@(posedge clk_i) disable iff (!rst_ni)
        sum_write_o && sum_data_i[l*SumWidth + SumWidth - 1] == word_q[l*WeightWidth + WeightWidth - 1]
        |-> sum_data_o[l*SumWidth + SumWidth - 1] == sum_data_i[l*SumWidth + SumWidth - 1]);
  end
  c_empty_row: cover property (@(posedge clk_i) disable iff (!rst_ni)
                               state_q == Descriptor && axon_data_i[PlaceWidth +: LengthWidth] == '0);
  c_back_to_back: cover property (@(posedge clk_i) disable iff (!rst_ni) $past(state_q) == Row && starts_o);
`endif
endmodule
