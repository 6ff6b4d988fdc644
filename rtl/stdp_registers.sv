// Registers of learning, beside those of lif_registers: rates, traces, limits, and whether there is any. Off after reset: then the core is
// a lif_core, accesses and cycles included. Numbers: rtl/README.md. A place that is not here reads as 0.
module stdp_registers #(
  parameter int unsigned WeightWidth = 8,
  parameter int unsigned TraceWidth  = 8,
  parameter int unsigned RateWidth   = 8,
  parameter int unsigned TraceWords  = 256,
  localparam int unsigned WordWidth  = TraceWords > 1 ? $clog2(TraceWords) : 1
) (
  input  logic                          clk_i,
  input  logic                          rst_ni,
  input  logic                          write_i,
  input  logic [22:0]                   register_i,
  input  logic [31:0]                   data_i,
  output logic [31:0]                   data_o,
  output logic                          on_o,
  output logic [3:0]                    shift_o,
  output logic [RateWidth-1:0]          potentiate_o,
  output logic [RateWidth-1:0]          depress_o,
  output logic [TraceWidth-1:0]         pre_add_o,
  output logic [TraceWidth-1:0]         post_add_o,
  output logic [7:0]                    pre_keep_o,
  output logic [7:0]                    post_keep_o,
  output logic signed [WeightWidth-1:0] low_o,
  output logic signed [WeightWidth-1:0] high_o,
  output logic [WordWidth-1:0]          last_word_o   // last word of pre traces in use
);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      on_o         <= 1'b0;
      shift_o      <= '0;
      potentiate_o <= '0;
      depress_o    <= '0;
      pre_add_o    <= '0;
      post_add_o   <= '0;
      pre_keep_o   <= '0;
      post_keep_o  <= '0;
      low_o        <= '0;
      high_o       <= '0;
      last_word_o  <= WordWidth'(TraceWords - 1);
    end else if (write_i) begin
      unique case (register_i)
        23'd24: {shift_o, on_o}            <= {data_i[11:8], data_i[0]};
        23'd25: {depress_o, potentiate_o}  <= {data_i[16 +: RateWidth], data_i[0 +: RateWidth]};
        23'd26: {post_add_o, pre_add_o}    <= {data_i[16 +: TraceWidth], data_i[0 +: TraceWidth]};
        23'd27: {post_keep_o, pre_keep_o}  <= data_i[15:0];
        23'd28: low_o                      <= data_i[WeightWidth-1:0];
        23'd29: high_o                     <= data_i[WeightWidth-1:0];
        23'd30: last_word_o                <= data_i[WordWidth-1:0];
        default: ;
      endcase
    end
  end

  always_comb begin
    data_o = '0;
    unique case (register_i)
      23'd10: data_o[15:0]                      = {8'(RateWidth), 8'(TraceWidth)};
      23'd24: {data_o[11:8], data_o[0]}         = {shift_o, on_o};
      23'd25: {data_o[16 +: RateWidth], data_o[0 +: RateWidth]}     = {depress_o, potentiate_o};
      23'd26: {data_o[16 +: TraceWidth], data_o[0 +: TraceWidth]}   = {post_add_o, pre_add_o};
      23'd27: data_o[15:0]                      = {post_keep_o, pre_keep_o};
      23'd28: data_o                            = {{(32 - WeightWidth){low_o[WeightWidth-1]}}, low_o};
      23'd29: data_o                            = {{(32 - WeightWidth){high_o[WeightWidth-1]}}, high_o};
      23'd30: data_o[WordWidth-1:0]             = last_word_o;
      default: ;
    endcase
  end
  logic unused;
  assign unused = ^data_i;

`ifndef SYNTHESIS
  initial if (TraceWidth > 16 || RateWidth > 16) $fatal(1, "stdp_registers: traces and rates have 16 bits at most");
  a_limits: assert property (@(posedge clk_i) disable iff (!rst_ni) on_o |-> low_o <= high_o);
`endif
endmodule
