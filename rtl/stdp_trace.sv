// One trace from step to step, combinational: trace * keep / 256, rounded down, plus what an event adds, saturated. keep is 255 at most,
// so a trace without events comes to 0.
module stdp_trace #(
  parameter int unsigned TraceWidth = 8
) (
  input  logic [TraceWidth-1:0] trace_i,
  input  logic [7:0]            keep_i,
  input  logic [TraceWidth-1:0] add_i,
  input  logic                  event_i,
  output logic [TraceWidth-1:0] trace_o
);
  logic [TraceWidth+7:0] product;
  logic [TraceWidth:0]   sum;

  assign product = {{8{1'b0}}, trace_i} * {{TraceWidth{1'b0}}, keep_i};
  assign sum     = {1'b0, product[TraceWidth+7:8]} + (event_i ? {1'b0, add_i} : '0);
  assign trace_o = sum[TraceWidth] ? '1 : sum[TraceWidth-1:0];

  logic unused;
  assign unused = ^product[7:0];
endmodule
