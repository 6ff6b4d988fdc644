// Registers of lif_core and stdp_core: what it is (identity words, read-only), and how it is set: neuron words in use, rounding of the decay, a rule
// per group of neurons. Writing 1 to Clear starts the sweep that empties state and accumulators. Word numbers: rtl/README.md.
module lif_registers #(
  parameter int unsigned Neurons = 256,
  parameter int unsigned Axons = 1024,
  parameter int unsigned Lanes = 4,
  parameter int unsigned SynapseWords = 16384,
  parameter int unsigned WeightWidth = 8,
  parameter int unsigned MembraneWidth = 16,
  parameter int unsigned SumWidth = 24,
  parameter int unsigned CurrentWidth = 24,
  parameter int unsigned BiasWidth = 16,
  parameter int unsigned RestWidth = 4,
  parameter int unsigned ShiftMax = 7,
  parameter int unsigned DecayBits = 8,
  parameter int unsigned Groups = 8,
  parameter int unsigned QueueIn = 16,
  parameter int unsigned QueueOut = 16,
  parameter int unsigned Retire = 1,
  parameter int unsigned Learning = 0,
  localparam int unsigned WordWidth = $clog2(Neurons / Lanes),
  localparam int unsigned ShiftWidth = $clog2(ShiftMax + 1),
  localparam int unsigned RuleWidth = 5 + ShiftWidth + RestWidth + Learning
) (
  input  logic                        clk_i,
  input  logic                        rst_ni,
  input  logic                        read_i,        // data_o is 0 otherwise
  input  logic                        write_i,
  input  logic [22:0]                 register_i,
  input  logic [31:0]                 data_i,
  output logic [31:0]                 data_o,
  output logic [WordWidth-1:0]        last_word_o,   // the last neuron word in use
  output logic [1:0]                  rounding_o,
  output logic [Groups*RuleWidth-1:0] rules_o,       // per group: learns, refractory, shift, at_least, reset time, reset kind
  output logic                        clear_o
);
  localparam logic [31:0] Contract = 32'h564c_5901;   // "VLY", version 1
  localparam logic [31:0] LifCore  = 32'd1;
  localparam logic [31:0] StdpCore = 32'd2;

  logic [WordWidth-1:0]        last_q;
  logic [1:0]                  rounding_q;
  logic [Groups*RuleWidth-1:0] rules_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      last_q     <= WordWidth'(Neurons / Lanes - 1);
      rounding_q <= '0;
      rules_q    <= '0;
    end else if (write_i) begin
      if (register_i == 23'd16) last_q <= data_i[WordWidth-1:0];
      if (register_i == 23'd17) rounding_q <= data_i[1:0];
      for (int unsigned g = 0; g < Groups; g++) begin
        if (register_i == 23'(32 + g)) begin
          rules_q[g*RuleWidth +: RuleWidth] <= RuleWidth'({data_i[5], data_i[16 +: RestWidth], data_i[8 +: ShiftWidth], data_i[4:0]});
        end
      end
    end
  end
  assign last_word_o = last_q;
  assign rounding_o  = rounding_q;
  assign rules_o     = rules_q;
  assign clear_o     = write_i && register_i == 23'd18 && data_i[0];

  logic [RuleWidth-1:0] rule;
  always_comb begin
    rule = '0;
    if (read_i) begin
      for (int unsigned g = 0; g < Groups; g++) begin
        if (register_i == 23'(32 + g)) rule = rules_q[g*RuleWidth +: RuleWidth];
      end
    end
  end

  always_comb begin
    data_o = '0;
    if (read_i) begin
      unique case (register_i)
        23'd0:  data_o = Contract;
        23'd1:  data_o = Learning != 0 ? StdpCore : LifCore;
        23'd2:  data_o = Neurons;
        23'd3:  data_o = Axons;
        23'd4:  data_o = Lanes;
        23'd5:  data_o = SynapseWords;
        23'd6:  data_o = {8'(CurrentWidth), 8'(SumWidth), 8'(MembraneWidth), 8'(WeightWidth)};
        23'd7:  data_o = {8'(DecayBits), 8'(ShiftMax), 8'(RestWidth), 8'(BiasWidth)};
        23'd8:  data_o = {16'(QueueOut), 16'(QueueIn)};
        23'd9:  data_o = {16'(Retire), 16'(Groups)};
        23'd16: data_o = 32'(last_q);
        23'd17: data_o = 32'(rounding_q);
        default: begin
          data_o[4:0]             = rule[4:0];
          data_o[5]               = Learning != 0 && rule[RuleWidth-1];
          data_o[8 +: ShiftWidth] = rule[5 +: ShiftWidth];
          data_o[16 +: RestWidth] = rule[5 + ShiftWidth +: RestWidth];
        end
      endcase
    end
  end
  logic unused;
  assign unused = ^data_i;
endmodule
