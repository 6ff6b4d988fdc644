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

  logic signed [Wide-1:0] v, threshold, value, drive, start, decayed, driven, settled, next;
  logic resting, over, due, fires;

  // The sum saturates to CurrentWidth where it is wider: its upper bits must all be its sign.
  function automatic logic signed [Wide-1:0] current(input logic signed [SumWidth-1:0] sum);
    current = {{(Wide - SumWidth){sum[SumWidth-1]}}, sum};
    if (SumWidth > CurrentWidth && sum[SumWidth-1:CurrentWidth-1] != {(SumWidth - CurrentWidth + 1){sum[SumWidth-1]}})
      current = {{(Wide - CurrentWidth + 1){sum[SumWidth-1]}}, {(CurrentWidth - 1){~sum[SumWidth-1]}}};
  endfunction

  // Decay by a factor: what `start` needs after a subtraction, times the factor, rounded.
  localparam int unsigned Factor  = MembraneWidth + 2;
  localparam int unsigned Product = Factor + DecayWidth + 1;
  logic signed [Product-1:0] product;
  // Decay by a shift: v - v / 2^k without a multiplier. Toward zero works on |v|; rounding down of the whole is rounding down of -v / 2^k.
  logic signed [Wide-1:0] magnitude, half, loss;
  logic mirror;

  // Nothing is worked out for a neuron that is held, or in a cycle in which no word is updated: operands stand still, and a simulator has
  // nothing to do.
  always_comb begin
    v         = '0;
    threshold = '0;
    value     = '0;
    drive     = '0;
    start     = '0;
    decayed   = '0;
    driven    = '0;
    settled   = '0;
    next      = '0;
    product   = '0;
    magnitude = '0;
    half      = '0;
    loss      = '0;
    mirror    = 1'b0;
    resting   = 1'b0;
    over      = 1'b0;
    due       = 1'b0;
    fires     = 1'b0;
    membrane_o = membrane_i;
    rest_o     = rest_i;
    spike_o    = 1'b0;
    if (open_i) begin
      v         = {{(Wide - MembraneWidth){membrane_i[MembraneWidth-1]}}, membrane_i};
      threshold = {{(Wide - LimitWidth){threshold_i[LimitWidth-1]}}, threshold_i};
      value     = {{(Wide - LimitWidth){reset_i[LimitWidth-1]}}, reset_i};
      drive     = (current(sum_i) <<< shift_i) + {{(Wide - BiasWidth){bias_i[BiasWidth-1]}}, bias_i};
      resting   = rest_i != '0;
      over      = at_least_i ? v >= threshold : v > threshold;
      // due: a reset of the last step's spike. A neuron with a refractory time shows it by its count, another by its membrane.
      due       = reset_time_i != Now && (resting ? rest_i == refractory_i : refractory_i == '0 && over);
      start     = due && (resting || reset_time_i == BeforeDecay) ? after_reset(v, value, reset_kind_i) : v;
      if (DecayBits == 0) begin
        mirror    = rounding_i == RoundZero && start[Wide-1];
        magnitude = mirror ? -start : start;
        if (rounding_i == RoundNearest && decay_i != '0) half = {{(Wide - 1){1'b0}}, 1'b1} << (decay_i - 1'b1);
        loss      = half - magnitude;
        decayed   = magnitude + (loss >>> decay_i);     // signed on its own: an unsigned literal beside it would make the shift a logical one
        if (decay_i == '0) decayed = magnitude;
        if (decay_i == '1) decayed = '0;
        if (mirror) decayed = -decayed;
      end else begin
        product = $signed({{(Product - Factor){start[Factor-1]}}, start[Factor-1:0]}) * $signed({{(Product - DecayWidth){1'b0}}, decay_i});
        if (rounding_i == RoundZero && product[Product-1]) product = product + Product'((1 << DecayBits) - 1);
        if (rounding_i == RoundNearest) product = product + Product'((1 << DecayBits) / 2);
        product = product >>> DecayBits;
        decayed = {{(Wide - Factor){product[Factor-1]}}, product[Factor-1:0]};
      end
      driven     = decayed + drive;
      settled    = clip(due && reset_time_i == AfterInput ? after_reset(driven, value, reset_kind_i) : driven);
      fires      = !resting && (at_least_i ? settled >= threshold : settled > threshold);
      next       = resting ? clip(start) : fires && reset_time_i == Now ? clip(after_reset(settled, value, reset_kind_i)) : settled;
      membrane_o = next[MembraneWidth-1:0];
      rest_o     = resting ? rest_i - 1'b1 : fires ? refractory_i : '0;
      spike_o    = fires;
    end
  end

  logic unused;
  assign unused = ^{next[Wide-1:MembraneWidth], product, magnitude, half, loss, mirror};
endmodule
