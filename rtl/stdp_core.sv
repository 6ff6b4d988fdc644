// lif_core that learns: pair STDP in its own memories (stdp_learning.sv), the neurons, queues and the core port those of lif_core.
//   packet: 3 + words of its row      update: 2 + neuron words in use + spikes      learn: 2 + words of pre traces in use
//   + 3 + words for each row swept      (core clock, nothing stalled)
// Learning is a register: off, as after reset, the core is a lif_core in spikes, state, accesses and cycles.
module stdp_core #(
  parameter int unsigned Neurons       = 256,
  parameter int unsigned Axons         = 1024,
  parameter int unsigned Lanes         = 4,
  parameter int unsigned SynapseWords  = 16384,
  parameter int unsigned WeightWidth   = 8,
  parameter int unsigned MembraneWidth = 16,
  parameter int unsigned SumWidth      = 24,
  parameter int unsigned CurrentWidth  = 24,
  parameter int unsigned BiasWidth     = 16,
  parameter int unsigned RestWidth     = 4,
  parameter int unsigned ShiftMax      = 7,
  parameter int unsigned DecayBits     = 8,
  parameter int unsigned Groups        = 8,
  parameter int unsigned QueueIn       = 16,
  parameter int unsigned QueueOut      = 16,
  parameter int unsigned Retire        = 1,
  parameter int unsigned TraceWidth    = 8,       // of a trace: 1 to 16
  parameter int unsigned RateWidth     = 8,       // of a rate: 1 to 16
  localparam int unsigned AxonWidth    = $clog2(Axons),
  localparam int unsigned NeuronWidth  = $clog2(Neurons)
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   cfg_valid_i,
  output logic                   cfg_ready_o,
  input  logic                   cfg_write_i,
  input  logic [31:0]            cfg_address_i,
  input  logic [31:0]            cfg_data_i,
  output logic                   cfg_valid_o,
  output logic [31:0]            cfg_data_o,
  input  logic                   packet_valid_i,
  output logic                   packet_ready_o,
  input  logic [AxonWidth-1:0]   packet_axon_i,
  output logic                   spike_valid_o,
  input  logic                   spike_ready_i,
  output logic [NeuronWidth-1:0] spike_neuron_o,
  input  logic                   step_valid_i,
  output logic                   step_ready_o,
  input  logic [Groups-1:0]      step_open_i,
  output logic                   step_done_o,
  input  logic                   learn_valid_i,
  output logic                   learn_ready_o,
  output logic                   learn_done_o,
  output logic                   idle_o,
  output logic                   updating_o,
  output logic                   stopped_o,
  output logic                   serving_o,
  output logic                   taken_o,
  output logic                   queued_o,
  output logic [NeuronWidth-1:0] queued_neuron_o,
  output logic [6:0]             read_o,
  output logic [6:0]             write_o,
  output logic                   retire_valid_o,
  output logic                   retire_update_o,
  output logic                   retire_learn_o,
  output logic [63:0]            retire_order_o,
  output logic [AxonWidth-1:0]   retire_axon_o,
  output logic [31:0]            retire_word_o,
  output logic [Lanes-1:0]       retire_open_o,
  output logic [Lanes-1:0]       retire_spike_o,
  output logic [32*Lanes-1:0]    retire_input_o,
  output logic [32*Lanes-1:0]    retire_before_o,
  output logic [32*Lanes-1:0]    retire_after_o,
  output logic [32*Lanes-1:0]    retire_learned_o
);
  lif_core #(
    .Neurons(Neurons), .Axons(Axons), .Lanes(Lanes), .SynapseWords(SynapseWords), .WeightWidth(WeightWidth), .MembraneWidth(MembraneWidth),
    .SumWidth(SumWidth), .CurrentWidth(CurrentWidth), .BiasWidth(BiasWidth), .RestWidth(RestWidth), .ShiftMax(ShiftMax),
    .DecayBits(DecayBits), .Groups(Groups), .QueueIn(QueueIn), .QueueOut(QueueOut), .Retire(Retire), .Learning(1),
    .TraceWidth(TraceWidth), .RateWidth(RateWidth)
  ) u_core (
    .clk_i, .rst_ni, .cfg_valid_i, .cfg_ready_o, .cfg_write_i, .cfg_address_i, .cfg_data_i, .cfg_valid_o, .cfg_data_o,
    .packet_valid_i, .packet_ready_o, .packet_axon_i, .spike_valid_o, .spike_ready_i, .spike_neuron_o,
    .step_valid_i, .step_ready_o, .step_open_i, .step_done_o, .learn_valid_i, .learn_ready_o, .learn_done_o, .idle_o,
    .updating_o, .stopped_o, .serving_o, .taken_o, .queued_o, .queued_neuron_o, .read_o, .write_o,
    .retire_valid_o, .retire_update_o, .retire_learn_o, .retire_order_o, .retire_axon_o, .retire_word_o, .retire_open_o, .retire_spike_o,
    .retire_input_o, .retire_before_o, .retire_after_o, .retire_learned_o
  );
endmodule
