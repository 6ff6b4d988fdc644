// One weight's change, combinational, one per lane: by trace * rate / 2^shift, rounded down, up or down, no further than the limit on that
// side. A lane that is not enabled keeps its weight.
module stdp_weight #(
  parameter int unsigned WeightWidth = 8,
  parameter int unsigned TraceWidth  = 8,
  parameter int unsigned RateWidth   = 8
) (
  input  logic signed [WeightWidth-1:0] weight_i,
  input  logic        [TraceWidth-1:0]  trace_i,
  input  logic        [RateWidth-1:0]   rate_i,
  input  logic        [3:0]             shift_i,
  input  logic                          up_i,       // 1: potentiation, 0: depression
  input  logic                          enable_i,
  input  logic signed [WeightWidth-1:0] low_i,
  input  logic signed [WeightWidth-1:0] high_i,
  output logic signed [WeightWidth-1:0] weight_o
);
  localparam int unsigned Product = TraceWidth + RateWidth;
  localparam int unsigned Wide    = (Product > WeightWidth ? Product : WeightWidth) + 2;   // holds weight and change together

  logic [Product-1:0]     product, change;
  logic signed [Wide-1:0] weight, step, low, high, raised, lowered;

  assign product = {{RateWidth{1'b0}}, trace_i} * {{TraceWidth{1'b0}}, rate_i};
  assign change  = product >> shift_i;
  assign step    = {{(Wide - Product){1'b0}}, change};
  assign weight  = {{(Wide - WeightWidth){weight_i[WeightWidth-1]}}, weight_i};
  assign low     = {{(Wide - WeightWidth){low_i[WeightWidth-1]}}, low_i};
  assign high    = {{(Wide - WeightWidth){high_i[WeightWidth-1]}}, high_i};
  assign raised  = weight + step > high ? high : weight + step;
  assign lowered = weight - step < low ? low : weight - step;

  always_comb begin
    weight_o = weight_i;
    if (enable_i) weight_o = up_i ? raised[WeightWidth-1:0] : lowered[WeightWidth-1:0];
  end

  logic unused;
  assign unused = ^{raised[Wide-1:WeightWidth], lowered[Wide-1:WeightWidth]};
endmodule
