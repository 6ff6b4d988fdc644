// One neuron's update, combinational; a core has one of these per lane. v is the membrane, in units of the weights shifted left:
//   v = decay(v) + (clip(sum) << shift) + bias, saturated        spike = v > threshold, or >=
//   reset: to a value or by subtracting it, in the step of the spike (now), or in the next before the decay or after the input
// A neuron that rests counts down and takes no input; a reset that is due in the next step happens in the first step of rest.
// Sums are exact and saturate here, once. A closed neuron stays as it is.
module lif_neuron #(
  parameter int unsigned MembraneWidth = 16,
  parameter int unsigned SumWidth      = 24,   // of an accumulator
  parameter int unsigned CurrentWidth  = 24,   // a sum saturates to this on its way into the membrane
  parameter int unsigned BiasWidth     = 16,
  parameter int unsigned RestWidth     = 4,
  parameter int unsigned ShiftMax      = 7,
  parameter int unsigned DecayBits     = 8,    // decay_i is what remains of v, in 2^-DecayBits, at most 2^DecayBits; 0: a shift instead:
                                               // v - v / 2^decay_i; 0: no decay, 31: nothing remains
  localparam int unsigned LimitWidth   = MembraneWidth + 1,
  localparam int unsigned ShiftWidth   = $clog2(ShiftMax + 1),
  localparam int unsigned DecayWidth   = DecayBits == 0 ? 5 : DecayBits + 1
) (
  input  logic signed [MembraneWidth-1:0] membrane_i,
  input  logic        [RestWidth-1:0]     rest_i,
  input  logic signed [SumWidth-1:0]      sum_i,
  input  logic signed [LimitWidth-1:0]    threshold_i,
  input  logic signed [LimitWidth-1:0]    reset_i,
  input  logic signed [BiasWidth-1:0]     bias_i,
  input  logic        [DecayWidth-1:0]    decay_i,
  input  logic                            open_i,        // 0: held
  input  logic        [1:0]               reset_kind_i,  // 0 none, 1 to reset_i, 2 by subtracting it
  input  logic        [1:0]               reset_time_i,  // 0 now, 1 next step before the decay, 2 next step after the input
  input  logic                            at_least_i,    // >= instead of >
  input  logic        [ShiftWidth-1:0]    shift_i,
  input  logic        [RestWidth-1:0]     refractory_i,
  input  logic        [1:0]               rounding_i,    // of the decay: 0 toward zero, 1 down, 2 to nearest (half up)
  output logic signed [MembraneWidth-1:0] membrane_o,
  output logic        [RestWidth-1:0]     rest_o,
  output logic                            spike_o
);
  localparam logic [1:0] ResetValue    = 2'd1;
  localparam logic [1:0] ResetSubtract = 2'd2;
  localparam logic [1:0] Now           = 2'd0;
  localparam logic [1:0] BeforeDecay   = 2'd1;
  localparam logic [1:0] AfterInput    = 2'd2;
  localparam logic [1:0] RoundZero     = 2'd0;
  localparam logic [1:0] RoundNearest  = 2'd2;

  // No intermediate result leaves this width: membrane after a reset and decay, shifted current and bias, their sum, another reset.
  localparam int unsigned DriveWidth = (CurrentWidth + ShiftMax > BiasWidth ? CurrentWidth + ShiftMax : BiasWidth) + 1;
  localparam int unsigned Wide = (MembraneWidth + 4 > DriveWidth ? MembraneWidth + 4 : DriveWidth) + 3;
  localparam logic signed [Wide-1:0] High = {{(Wide - MembraneWidth + 1){1'b0}}, {(MembraneWidth - 1){1'b1}}};
  localparam logic signed [Wide-1:0] Low  = {{(Wide - MembraneWidth + 1){1'b1}}, {(MembraneWidth - 1){1'b0}}};

  function automatic logic signed [Wide-1:0] clip(input logic signed [Wide-1:0] x);
    if (x > High)     clip = High;
    else if (x < Low) clip = Low;
    else              clip = x;
  endfunction

  function automatic logic signed [Wide-1:0] after_reset(input logic signed [Wide-1:0] x, input logic signed [Wide-1:0] value,
                                                         input logic [1:0] kind);
    unique case (kind)
      ResetValue:    after_reset = value;
      ResetSubtract: after_reset = x - value;
      default:       after_reset = x;
    endcase
  endfunction

  logic signed [Wide-1:0] v, threshold, value, bias, current, drive;
  logic signed [Wide-1:0] start, decayed, driven, settled, fired, next;
  logic resting, over, due, fires;

  assign v         = {{(Wide - MembraneWidth){membrane_i[MembraneWidth-1]}}, membrane_i};
  assign threshold = {{(Wide - LimitWidth){threshold_i[LimitWidth-1]}}, threshold_i};
  assign value     = {{(Wide - LimitWidth){reset_i[LimitWidth-1]}}, reset_i};
  assign bias      = {{(Wide - BiasWidth){bias_i[BiasWidth-1]}}, bias_i};

  // The sum saturates to CurrentWidth where it is wider: its upper bits must all be its sign.
  if (SumWidth > CurrentWidth) begin : g_clip_sum
    logic fits;
    assign fits    = sum_i[SumWidth-1:CurrentWidth-1] == {(SumWidth - CurrentWidth + 1){sum_i[SumWidth-1]}};
    assign current = {{(Wide - CurrentWidth + 1){sum_i[SumWidth-1]}},
                      fits ? sum_i[CurrentWidth-2:0] : {(CurrentWidth - 1){~sum_i[SumWidth-1]}}};
  end else begin : g_whole_sum
    assign current = {{(Wide - SumWidth){sum_i[SumWidth-1]}}, sum_i};
  end
  assign drive = (current <<< shift_i) + bias;

  assign resting = rest_i != '0;
  assign over    = at_least_i ? v >= threshold : v > threshold;
  // due: a reset of the last step's spike. A neuron with a refractory time shows it by its count, another by its membrane.
  assign due     = reset_time_i != Now && (resting ? rest_i == refractory_i : refractory_i == '0 && over);
  assign start   = due && (resting || reset_time_i == BeforeDecay) ? after_reset(v, value, reset_kind_i) : v;

  if (DecayBits == 0) begin : g_shift
    // v - v / 2^k without a multiplier. Toward zero works on |v|; rounding down of the whole is rounding down of -v / 2^k.
    logic signed [Wide-1:0] magnitude, half, loss, rest;
    logic mirror;
    assign mirror    = rounding_i == RoundZero && start[Wide-1];
    assign magnitude = mirror ? -start : start;
    assign loss      = half - magnitude;
    always_comb begin
      half = '0;
      rest = magnitude + (loss >>> decay_i);    // signed on its own: an unsigned literal beside it would make the shift a logical one
      if (rounding_i == RoundNearest && decay_i != '0) half = {{(Wide - 1){1'b0}}, 1'b1} << (decay_i - 1'b1);
      if (decay_i == '0) rest = magnitude;
      if (decay_i == '1) rest = '0;
    end
    assign decayed   = mirror ? -rest : rest;
  end else begin : g_multiply
    localparam int unsigned Factor = MembraneWidth + 2;     // what `start` needs after a subtraction
    localparam int unsigned Product = Factor + DecayBits + 2;
    logic signed [Product-1:0] product, rounded, scaled;
    logic signed [Product-1:0] factor, keep, correction;
    assign factor  = {{(Product - Factor){start[Factor-1]}}, start[Factor-1:0]};
    assign keep    = {{(Product - DecayWidth){1'b0}}, decay_i};
    assign product = factor * keep;
    always_comb begin
      correction = '0;
      if (rounding_i == RoundZero && product[Product-1]) correction = {{(Product - DecayBits){1'b0}}, {DecayBits{1'b1}}};
      if (rounding_i == RoundNearest) correction = {{(Product - DecayBits){1'b0}}, 1'b1, {(DecayBits - 1){1'b0}}};
    end
    assign rounded = product + correction;
    assign scaled  = rounded >>> DecayBits;
    assign decayed = {{(Wide - Factor){scaled[Factor-1]}}, scaled[Factor-1:0]};
    logic unused;
    assign unused = ^{start[Wide-1:Factor], scaled[Product-1:Factor]};
  end

  assign driven  = decayed + drive;
  assign settled = clip(due && reset_time_i == AfterInput ? after_reset(driven, value, reset_kind_i) : driven);
  assign fires   = !resting && (at_least_i ? settled >= threshold : settled > threshold);
  assign fired   = fires && reset_time_i == Now ? clip(after_reset(settled, value, reset_kind_i)) : settled;
  assign next    = resting ? clip(start) : fired;

  always_comb begin
    membrane_o = membrane_i;
    rest_o     = rest_i;
    spike_o    = 1'b0;
    if (open_i) begin
      membrane_o = next[MembraneWidth-1:0];
      rest_o     = resting ? rest_i - 1'b1 : fires ? refractory_i : '0;
      spike_o    = fires;
    end
  end

  logic unused_next;
  assign unused_next = ^next[Wide-1:MembraneWidth];
endmodule
