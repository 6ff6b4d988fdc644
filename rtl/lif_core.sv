// A time-multiplexed core of leaky integrate-and-fire neurons behind the core port (rtl/README.md: pins, registers, timing).
//   packet: 3 + words of its row cycles      update: 2 + neuron words in use + spikes cycles      (core clock, nothing stalled)
// Two banks of accumulators, swapped when a step starts: the update reads and empties one, packets fill the other. The input queue is
// served whenever no update runs or the update is stopped by a full output queue; a service once begun is not interrupted, and after
// it the update goes first if there is a place. So a core always drains its input, and two cores cannot wait for each other.
module lif_core #(
  parameter int unsigned Neurons       = 256,     // a multiple of Lanes, at least two words of them
  parameter int unsigned Axons         = 1024,
  parameter int unsigned Lanes         = 4,       // neurons side by side: 1, 2, 4 or 8
  parameter int unsigned SynapseWords  = 16384,
  parameter int unsigned WeightWidth   = 8,
  parameter int unsigned MembraneWidth = 16,
  parameter int unsigned SumWidth      = 24,      // of an accumulator: sums are exact
  parameter int unsigned CurrentWidth  = 24,      // to which a sum saturates in the update
  parameter int unsigned BiasWidth     = 16,
  parameter int unsigned RestWidth     = 4,       // of the refractory count
  parameter int unsigned ShiftMax      = 7,       // largest shift of a sum on its way into the membrane
  parameter int unsigned DecayBits     = 8,       // decay by a factor of so many bits; 0: by a shift
  parameter int unsigned Groups        = 8,       // rules, each with its window
  parameter int unsigned QueueIn       = 16,
  parameter int unsigned QueueOut      = 16,
  parameter int unsigned Retire        = 1,       // 0: the retire port is tied off
  parameter int unsigned Learning      = 0,       // 1: stdp_core; 0: the pins and words of learning are tied off
  parameter int unsigned TraceWidth    = 8,       // of learning
  parameter int unsigned RateWidth     = 8,
  localparam int unsigned AxonWidth    = $clog2(Axons),
  localparam int unsigned NeuronWidth  = $clog2(Neurons)
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  // configuration: every register and every part of every memory word
  input  logic                   cfg_valid_i,
  output logic                   cfg_ready_o,
  input  logic                   cfg_write_i,
  input  logic [31:0]            cfg_address_i,
  input  logic [31:0]            cfg_data_i,
  output logic                   cfg_valid_o,
  output logic [31:0]            cfg_data_o,
  // packets in, spikes out
  input  logic                   packet_valid_i,
  output logic                   packet_ready_o,
  input  logic [AxonWidth-1:0]   packet_axon_i,
  output logic                   spike_valid_o,
  input  logic                   spike_ready_i,
  output logic [NeuronWidth-1:0] spike_neuron_o,
  // steps
  input  logic                   step_valid_i,
  output logic                   step_ready_o,
  input  logic [Groups-1:0]      step_open_i,     // groups in their window; the others are held
  output logic                   step_done_o,
  // learning, after a step's last packet
  input  logic                   learn_valid_i,
  output logic                   learn_ready_o,
  output logic                   learn_done_o,
  output logic                   idle_o,
  // what this cycle is, for whoever keeps the core's time
  output logic                   updating_o,      // the update goes over its neurons
  output logic                   stopped_o,       // and stands still: the output queue is full, or a packet is in service meanwhile
  output logic                   serving_o,       // a packet is in service
  output logic                   taken_o,         // its first cycle: the packet has left the input queue
  output logic                   queued_o,        // a spike enters the output queue
  output logic [NeuronWidth-1:0] queued_neuron_o,
  // one strobe per access: axon, synapse, state, accumulator, parameter, pre traces, post traces
  output logic [6:0]             read_o,
  output logic [6:0]             write_o,
  // retire port: what was done to a neuron word, in order
  output logic                   retire_valid_o,
  output logic                   retire_update_o, // 0: weights added to sums, 1: membranes updated
  output logic                   retire_learn_o,  // 1: neither: a row swept for potentiation
  output logic [63:0]            retire_order_o,
  output logic [AxonWidth-1:0]   retire_axon_o,
  output logic [31:0]            retire_word_o,
  output logic [Lanes-1:0]       retire_open_o,
  output logic [Lanes-1:0]       retire_spike_o,
  output logic [32*Lanes-1:0]    retire_input_o,  // weight, or the sum that the update used
  output logic [32*Lanes-1:0]    retire_before_o, // sum or membrane
  output logic [32*Lanes-1:0]    retire_after_o,
  output logic [32*Lanes-1:0]    retire_learned_o // weights as they are left behind
);
  localparam int unsigned Words          = Neurons / Lanes;
  localparam int unsigned WordWidth      = $clog2(Words);
  localparam int unsigned ShiftWidth     = $clog2(ShiftMax + 1);
  localparam int unsigned RuleWidth      = 5 + ShiftWidth + RestWidth + Learning;
  localparam int unsigned GroupWidth     = Groups > 1 ? $clog2(Groups) : 1;
  localparam int unsigned DecayWidth     = DecayBits == 0 ? 5 : DecayBits + 1;
  localparam int unsigned StateEntry     = RestWidth + MembraneWidth;
  localparam int unsigned ParameterEntry = GroupWidth + DecayWidth + 2 * (MembraneWidth + 1) + BiasWidth;
  localparam int unsigned PlaceWidth     = $clog2(SynapseWords);
  localparam int unsigned LengthWidth    = WordWidth + 3;     // a row may name an accumulator word several times
  // Words of the memories, in bits
  localparam int unsigned AxonBits        = LengthWidth + PlaceWidth + Learning;           // on top: a synapse of the row learns
  localparam int unsigned SynapseBits     = WordWidth + Lanes * (WeightWidth + Learning);  // on top: a bit per lane, it learns
  localparam int unsigned StateBits       = Lanes * StateEntry;
  localparam int unsigned AccumulatorBits = Lanes * SumWidth;
  localparam int unsigned ParameterBits   = Lanes * ParameterEntry;
  localparam int unsigned TraceBits       = Lanes * (TraceWidth + 1);
  localparam int unsigned PreWords        = (Axons + Lanes - 1) / Lanes;
  localparam int unsigned ClearWords      = Learning != 0 && PreWords > 2 * Words ? PreWords : 2 * Words;
  localparam int unsigned ClearWidth      = $clog2(ClearWords);
  localparam int unsigned Widest          = ParameterBits > AccumulatorBits ? ParameterBits : AccumulatorBits;
  localparam int unsigned Parts           = (Widest > AxonBits ? Widest + 31 : AxonBits + 31) / 32;
  // Memories, as they are numbered on the strobes and, plus 1, on the configuration port
  localparam int unsigned Axon        = 0;
  localparam int unsigned Synapse     = 1;
  localparam int unsigned State       = 2;
  localparam int unsigned Accumulator = 3;
  localparam int unsigned Parameter   = 4;
  localparam int unsigned Pre         = 5;
  localparam int unsigned Post        = 6;

  logic                        service_starts, service_busy;
  logic                        update_active, update_stopped, update_swept, step_starts, queue_valid, out_ready, out_valid;
  logic [AxonWidth-1:0]        queue_axon;
  logic [$clog2(QueueIn+1)-1:0]  in_count;
  logic [$clog2(QueueOut+1)-1:0] out_count;
  logic                        fill_bank_q;         // packets fill this bank, the update reads the other
  logic                        clearing_q, clear_start;
  logic [ClearWidth-1:0]       clear_q;             // accumulator words of both banks, state and traces beside them
  logic                        learn_starts, learn_active, row_valid, row_swept, weights_write;
  logic [AxonWidth-1:0]        row_axon;
  logic [Lanes*WeightWidth-1:0] learned;             // weights of the word in service, as they are written back
  logic [TraceBits-1:0]        pre_data, post_data;
  logic [1:0]                  trace_read, trace_write;

  // ---- configuration ----
  logic                  register_write;
  logic [22:0]           register_number, cfg_word;
  logic [31:0]           register_in, register_out, learning_out;
  logic [6:0]            cfg_read, cfg_write;
  logic [32*Parts-1:0]   cfg_in, cfg_out;
  logic [2:0]            cfg_selected;
  logic [WordWidth-1:0]  last_word;
  logic [1:0]            rounding;
  logic [Groups*RuleWidth-1:0] rules;

  config_port #(
    .Parts(Parts), .AxonWidth(AxonBits), .AxonDepth(Axons), .SynapseWidth(SynapseBits), .SynapseDepth(SynapseWords),
    .StateWidth(StateBits), .StateDepth(Words), .AccumulatorWidth(AccumulatorBits), .AccumulatorDepth(2 * Words),
    .ParameterWidth(ParameterBits), .ParameterDepth(Words), .PreWidth(TraceBits), .PreDepth(Learning != 0 ? PreWords : 0),
    .PostWidth(TraceBits), .PostDepth(Learning != 0 ? 2 * Words : 0)
  ) u_config (
    .clk_i, .rst_ni, .idle_i(idle_o), .cfg_valid_i, .cfg_ready_o, .cfg_write_i, .cfg_address_i, .cfg_data_i, .cfg_valid_o, .cfg_data_o,
    .register_write_o(register_write), .register_o(register_number), .register_data_o(register_in), .register_data_i(register_out | learning_out),
    .read_o(cfg_read), .write_o(cfg_write), .word_o(cfg_word), .data_o(cfg_in), .selected_o(cfg_selected), .data_i(cfg_out)
  );
  lif_registers #(
    .Neurons(Neurons), .Axons(Axons), .Lanes(Lanes), .SynapseWords(SynapseWords), .WeightWidth(WeightWidth), .MembraneWidth(MembraneWidth),
    .SumWidth(SumWidth), .CurrentWidth(CurrentWidth), .BiasWidth(BiasWidth), .RestWidth(RestWidth), .ShiftMax(ShiftMax),
    .DecayBits(DecayBits), .Groups(Groups), .QueueIn(QueueIn), .QueueOut(QueueOut), .Retire(Retire), .Learning(Learning)
  ) u_registers (
    .clk_i, .rst_ni, .read_i(cfg_valid_i && !cfg_write_i), .write_i(register_write), .register_i(register_number), .data_i(register_in), .data_o(register_out),
    .last_word_o(last_word), .rounding_o(rounding), .rules_o(rules), .clear_o(clear_start)
  );

  // Sample reset: one write sweep over the accumulators, the state and the traces beside it.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      clearing_q <= 1'b0;
      clear_q    <= '0;
    end else if (clear_start) begin
      clearing_q <= 1'b1;
      clear_q    <= '0;
    end else if (clearing_q) begin
      clearing_q <= 32'(clear_q) != ClearWords - 1;
      clear_q    <= clear_q + 1'b1;
    end
  end

  // ---- queues ----
  logic                   offer_valid;
  logic [NeuronWidth-1:0] offer;
  logic                   packet_taken;
  fifo #(.Width(AxonWidth), .Depth(QueueIn)) u_queue_in (
    .clk_i, .rst_ni, .valid_i(packet_valid_i), .ready_o(packet_ready_o), .data_i(packet_axon_i),
    .valid_o(queue_valid), .ready_i(packet_taken), .data_o(queue_axon), .count_o(in_count)
  );
  fifo #(.Width(NeuronWidth), .Depth(QueueOut), .FallThrough(1)) u_queue_out (
    .clk_i, .rst_ni, .valid_i(offer_valid), .ready_o(out_ready), .data_i(offer),
    .valid_o(out_valid), .ready_i(spike_ready_i), .data_o(spike_neuron_o), .count_o(out_count)
  );
  assign spike_valid_o = out_valid;

  // ---- steps ----
  // What was taken in belongs to the step that ends: it is served before the banks are swapped.
  logic quiet;
  assign quiet        = !update_active && !service_busy && !queue_valid && !clearing_q && out_count == '0 && !learn_active;
  assign step_ready_o = quiet;
  assign step_starts  = step_valid_i && step_ready_o;
  assign idle_o       = !update_active && !service_busy && in_count == '0 && out_count == '0 && !clearing_q && !learn_active;
  assign learn_ready_o = Learning != 0 && quiet;
  assign learn_starts = learn_valid_i && learn_ready_o;
  assign updating_o      = update_active && !update_swept;
  assign stopped_o       = updating_o && (update_stopped || service_busy);
  assign serving_o       = (service_starts || service_busy) && !learn_active;
  assign taken_o         = packet_taken;
  assign queued_o        = offer_valid && out_ready;
  assign queued_neuron_o = offer;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)          fill_bank_q <= 1'b0;
    else if (clear_start) fill_bank_q <= 1'b0;
    else if (step_starts) fill_bank_q <= !fill_bank_q;
  end

  // ---- a packet's service, or a row's sweep ----
  logic                             axon_read, synapse_read, service_sum_read, service_sum_write, descriptor, row_word_read, row_word_write;
  logic                             service_ready;
  logic [AxonWidth-1:0]             axon, served_axon;
  logic [PlaceWidth-1:0]            synapse, served_place;
  logic [WordWidth-1:0]             service_read_word, service_write_word;
  logic [AxonBits-1:0]              axon_data;
  logic [SynapseBits-1:0]           synapse_data, served;
  logic [AccumulatorBits-1:0]       sums, service_sums;
  lif_service #(
    .Lanes(Lanes), .WeightWidth(WeightWidth), .SumWidth(SumWidth), .AxonWidth(AxonWidth), .PlaceWidth(PlaceWidth),
    .LengthWidth(LengthWidth), .WordWidth(WordWidth), .SynapseBits(SynapseBits)
  ) u_service (
    .clk_i, .rst_ni, .may_start_i((!update_active || update_stopped || update_swept) && !clearing_q),
    .packet_valid_i(learn_active ? row_valid : queue_valid), .packet_axon_i(learn_active ? row_axon : queue_axon),
    .packet_ready_o(service_ready), .starts_o(service_starts), .busy_o(service_busy), .sums_rest_i(row_swept),
    .axon_read_o(axon_read), .axon_o(axon), .axon_data_i(axon_data[LengthWidth+PlaceWidth-1:0]),
    .synapse_read_o(synapse_read), .synapse_o(synapse), .synapse_data_i(synapse_data),
    .sum_read_o(service_sum_read), .sum_read_word_o(service_read_word), .sum_data_i(sums),
    .sum_write_o(service_sum_write), .sum_write_word_o(service_write_word), .sum_data_o(service_sums),
    .descriptor_o(descriptor), .word_read_o(row_word_read), .word_write_o(row_word_write),
    .served_axon_o(served_axon), .served_place_o(served_place), .served_o(served)
  );
  assign packet_taken = service_ready && !learn_active;

  // ---- the update ----
  logic                       update_read, update_write;
  logic [WordWidth-1:0]       update_read_word, update_write_word;
  logic [StateBits-1:0]       state_data, update_state;
  logic [ParameterBits-1:0]   parameter_data;
  logic [AccumulatorBits-1:0] update_sums;
  logic [Lanes-1:0]           update_spike, update_open, update_learns;
  logic                       update_keep, update_kept;
  lif_update #(
    .Neurons(Neurons), .Lanes(Lanes), .MembraneWidth(MembraneWidth), .SumWidth(SumWidth), .CurrentWidth(CurrentWidth),
    .BiasWidth(BiasWidth), .RestWidth(RestWidth), .ShiftMax(ShiftMax), .DecayBits(DecayBits), .Groups(Groups),
    .Learning(Learning)
  ) u_update (
    .clk_i, .rst_ni, .start_i(step_starts), .open_i(step_open_i), .last_word_i(last_word), .rounding_i(rounding), .rules_i(rules),
    .serving_i(service_busy), .keep_sums_i(service_starts), .drained_i(out_count == '0),
    .active_o(update_active), .stopped_o(update_stopped), .swept_o(update_swept), .done_o(step_done_o),
    .read_o(update_read), .read_word_o(update_read_word), .state_i(state_data), .parameter_i(parameter_data), .sums_i(sums),
    .write_o(update_write), .write_word_o(update_write_word), .state_o(update_state),
    .spike_valid_o(offer_valid), .spike_o(offer), .spike_ready_i(out_ready),
    .retire_sums_o(update_sums), .retire_spike_o(update_spike), .retire_open_o(update_open),
    .learns_o(update_learns), .keep_o(update_keep), .kept_o(update_kept)
  );

  // ---- learning ----
  if (Learning != 0) begin : g_learning
    stdp_learning #(
      .Lanes(Lanes), .Words(Words), .Axons(Axons), .WeightWidth(WeightWidth), .TraceWidth(TraceWidth), .RateWidth(RateWidth)
    ) u_learning (
      .clk_i, .rst_ni, .write_i(register_write), .register_i(register_number), .data_i(register_in), .data_o(learning_out),
      .cfg_read_i(cfg_read[Post:Pre]), .cfg_write_i(cfg_write[Post:Pre]), .cfg_word_i(cfg_word), .cfg_data_i(cfg_in[TraceBits-1:0]),
      .pre_data_o(pre_data), .post_data_o(post_data),
      .clear_i({clearing_q && 32'(clear_q) < 2 * Words, clearing_q && 32'(clear_q) < PreWords}), .clear_word_i(32'(clear_q)),
      .read_o(trace_read), .write_o(trace_write),
      .step_starts_i(step_starts), .fill_bank_i(fill_bank_q), .update_read_i(update_read), .update_read_word_i(update_read_word),
      .update_write_i(update_write), .update_write_word_i(update_write_word), .keep_i(update_keep), .kept_i(update_kept),
      .open_i(update_open & update_learns), .spike_i(update_spike),
      .service_busy_i(service_busy), .descriptor_i(descriptor), .plastic_row_i(axon_data[AxonBits-1]), .served_axon_i(served_axon),
      .word_read_i(row_word_read), .word_read_word_i(service_read_word), .word_write_i(row_word_write),
      .weights_i(served[Lanes*WeightWidth-1:0]), .plastic_i(served[SynapseBits-1 -: Lanes]),
      .weights_write_o(weights_write), .weights_o(learned),
      .start_i(learn_starts), .active_o(learn_active), .done_o(learn_done_o),
      .row_valid_o(row_valid), .row_axon_o(row_axon), .row_o(row_swept)
    );
  end else begin : g_no_learning
    assign learning_out  = '0;
    assign pre_data      = '0;
    assign post_data     = '0;
    assign trace_read    = '0;
    assign trace_write   = '0;
    assign weights_write = 1'b0;
    assign learned       = served[Lanes*WeightWidth-1:0];
    assign learn_active  = 1'b0;
    assign learn_done_o  = 1'b0;
    assign row_valid     = 1'b0;
    assign row_axon      = '0;
    assign row_swept     = 1'b0;
    logic unused_learning;
    assign unused_learning = ^{descriptor, row_word_read, row_word_write, update_learns, update_keep, update_kept, learn_starts, cfg_read[Post:Pre],
                               cfg_write[Post:Pre]};
  end

  // ---- memories ----
  mem_1r1w #(.Width(AxonBits), .Depth(Axons)) u_axon (
    .clk_i, .read_i(read_o[Axon]), .read_address_i(axon_read ? axon : cfg_word[AxonWidth-1:0]), .read_data_o(axon_data),
    .write_i(write_o[Axon]), .write_address_i(cfg_word[AxonWidth-1:0]), .write_data_i(cfg_in[AxonBits-1:0])
  );
  mem_1r1w #(.Width(SynapseBits), .Depth(SynapseWords)) u_synapse (
    .clk_i, .read_i(read_o[Synapse]), .read_address_i(synapse_read ? synapse : cfg_word[PlaceWidth-1:0]), .read_data_o(synapse_data),
    .write_i(write_o[Synapse]), .write_address_i(weights_write ? served_place : cfg_word[PlaceWidth-1:0]),
    .write_data_i(weights_write ? {served[SynapseBits-1:Lanes*WeightWidth], learned} : cfg_in[SynapseBits-1:0])
  );
  mem_1r1w #(.Width(StateBits), .Depth(Words)) u_state (
    .clk_i, .read_i(read_o[State]), .read_address_i(update_read ? update_read_word : cfg_word[WordWidth-1:0]), .read_data_o(state_data),
    .write_i(write_o[State]),
    .write_address_i(update_write ? update_write_word : clearing_q ? clear_q[WordWidth-1:0] : cfg_word[WordWidth-1:0]),
    .write_data_i(update_write ? update_state : clearing_q ? '0 : cfg_in[StateBits-1:0])
  );
  mem_1r1w #(.Width(ParameterBits), .Depth(Words)) u_parameter (
    .clk_i, .read_i(read_o[Parameter]), .read_address_i(update_read ? update_read_word : cfg_word[WordWidth-1:0]),
    .read_data_o(parameter_data),
    .write_i(write_o[Parameter]), .write_address_i(cfg_word[WordWidth-1:0]), .write_data_i(cfg_in[ParameterBits-1:0])
  );

  // Accumulator word of a bank: the banks lie one behind the other, so that they need not be a power of two.
  function automatic logic [WordWidth:0] in_bank(input logic bank, input logic [WordWidth-1:0] word);
    in_bank = {1'b0, word} + (bank ? (WordWidth + 1)'(Words) : '0);
  endfunction
  logic [WordWidth:0]         sum_read_address, sum_write_address;
  logic [AccumulatorBits-1:0] sum_write_data;
  always_comb begin
    sum_read_address  = cfg_word[WordWidth:0];
    sum_write_address = cfg_word[WordWidth:0];
    sum_write_data    = '0;
    if (cfg_write[Accumulator]) sum_write_data = cfg_in[AccumulatorBits-1:0];
    if (service_sum_read) sum_read_address = in_bank(fill_bank_q, service_read_word);
    if (update_read)      sum_read_address = in_bank(!fill_bank_q, update_read_word);
    if (service_sum_write) begin
      sum_write_address = in_bank(fill_bank_q, service_write_word);
      sum_write_data    = service_sums;
    end
    if (update_write) begin     // what was read is emptied: the bank is the next to be filled
      sum_write_address = in_bank(!fill_bank_q, update_write_word);
      sum_write_data    = '0;
    end
    if (clearing_q) begin
      sum_write_address = (WordWidth + 1)'(clear_q);
      sum_write_data    = '0;
    end
  end
  mem_1r1w #(.Width(AccumulatorBits), .Depth(2 * Words)) u_accumulator (
    .clk_i, .read_i(read_o[Accumulator]), .read_address_i(sum_read_address), .read_data_o(sums),
    .write_i(write_o[Accumulator]), .write_address_i(sum_write_address), .write_data_i(sum_write_data)
  );

  always_comb begin
    read_o  = cfg_read;
    write_o = cfg_write;
    if (axon_read)    read_o[Axon]    = 1'b1;
    if (synapse_read) read_o[Synapse] = 1'b1;
    if (update_read) begin
      read_o[State]       = 1'b1;
      read_o[Parameter]   = 1'b1;
      read_o[Accumulator] = 1'b1;
    end
    if (service_sum_read) read_o[Accumulator] = 1'b1;
    if (update_write || (clearing_q && 32'(clear_q) < Words)) write_o[State] = 1'b1;
    if (update_write || service_sum_write || (clearing_q && 32'(clear_q) < 2 * Words)) write_o[Accumulator] = 1'b1;
    if (weights_write) write_o[Synapse] = 1'b1;
    read_o[Post:Pre]  = trace_read;
    write_o[Post:Pre] = trace_write;
  end

  always_comb begin
    cfg_out = '0;
    if (cfg_valid_o) begin
      unique case (cfg_selected)
        3'd1:    cfg_out[AxonBits-1:0]        = axon_data;
        3'd2:    cfg_out[SynapseBits-1:0]     = synapse_data;
        3'd3:    cfg_out[StateBits-1:0]       = state_data;
        3'd4:    cfg_out[AccumulatorBits-1:0] = sums;
        3'd5:    cfg_out[ParameterBits-1:0]   = parameter_data;
        3'd6:    cfg_out[TraceBits-1:0]       = pre_data;
        3'd7:    cfg_out[TraceBits-1:0]       = post_data;
        default: ;
      endcase
    end
  end

  logic unused_cfg;
  assign unused_cfg = ^{cfg_word, cfg_in};

  // ---- retire port ----
  if (Retire != 0) begin : g_retire
    logic [63:0] order_q;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) order_q <= '0;
      else if (retire_valid_o) order_q <= order_q + 1'b1;
    end
    assign retire_valid_o  = update_write || service_sum_write || (row_swept && row_word_write);
    assign retire_update_o = update_write;
    assign retire_learn_o  = row_swept && row_word_write;
    assign retire_order_o  = order_q;
    assign retire_axon_o   = served_axon;
    assign retire_word_o   = update_write ? 32'(update_write_word) : 32'(service_write_word);
    assign retire_open_o   = update_open;
    assign retire_spike_o  = update_write ? update_spike : '0;
    for (genvar l = 0; l < Lanes; l++) begin : g_lane
      logic signed [WeightWidth-1:0]   weight, after;
      logic signed [SumWidth-1:0]      sum_used, sum_before, sum_after;
      logic signed [MembraneWidth-1:0] v_before, v_after;
      assign weight     = served[l*WeightWidth +: WeightWidth];
      assign after      = learned[l*WeightWidth +: WeightWidth];
      assign sum_used   = update_sums[l*SumWidth +: SumWidth];
      assign sum_before = sums[l*SumWidth +: SumWidth];
      assign sum_after  = service_sums[l*SumWidth +: SumWidth];
      assign v_before   = state_data[l*StateEntry +: MembraneWidth];
      assign v_after    = update_state[l*StateEntry +: MembraneWidth];
      assign retire_input_o[32*l +: 32]  = update_write ? 32'(sum_used) : 32'(weight);
      assign retire_before_o[32*l +: 32] = update_write ? 32'(v_before) : 32'(sum_before);
      assign retire_after_o[32*l +: 32]  = update_write ? 32'(v_after) : 32'(sum_after);
      assign retire_learned_o[32*l +: 32] = 32'(after);
    end
  end else begin : g_no_retire
    assign retire_valid_o  = 1'b0;
    assign retire_update_o = 1'b0;
    assign retire_learn_o  = 1'b0;
    assign retire_order_o  = '0;
    assign retire_axon_o   = '0;
    assign retire_word_o   = '0;
    assign retire_open_o   = '0;
    assign retire_spike_o  = '0;
    assign retire_input_o  = '0;
    assign retire_before_o = '0;
    assign retire_after_o  = '0;
    assign retire_learned_o = '0;
    logic unused;
    assign unused = ^{served_axon, update_sums, update_spike, update_open};
  end

`ifndef SYNTHESIS
  initial begin
    if (Lanes != 1 && Lanes != 2 && Lanes != 4 && Lanes != 8) $fatal(1, "lif_core: Lanes is 1, 2, 4 or 8");
    if (Neurons % Lanes != 0 || Words < 2) $fatal(1, "lif_core: Neurons is a multiple of Lanes, at least two words of them");
    if (SumWidth < CurrentWidth || SumWidth <= WeightWidth || SumWidth > 32) $fatal(1, "lif_core: SumWidth is CurrentWidth .. 32 and above WeightWidth");
  end

  // The partners keep the rules of the port too.
  a_packet_waits: assert property (@(posedge clk_i) disable iff (!rst_ni) packet_valid_i && !packet_ready_o |=> packet_valid_i && $stable(packet_axon_i));
  a_step_waits: assert property (@(posedge clk_i) disable iff (!rst_ni) step_valid_i && !step_ready_o |=> step_valid_i);
  a_cfg_alone: assert property (@(posedge clk_i) disable iff (!rst_ni) cfg_valid_i && cfg_ready_o |-> !packet_valid_i && !step_valid_i);
  a_spike_stays: assert property (@(posedge clk_i) disable iff (!rst_ni) spike_valid_o && !spike_ready_i |=> spike_valid_o && $stable(spike_neuron_o));
  a_idle_is_still: assert property (@(posedge clk_i) disable iff (!rst_ni) idle_o && !cfg_valid_i |-> read_o == '0 && write_o == '0);
  a_done_empty: assert property (@(posedge clk_i) disable iff (!rst_ni) step_done_o |-> !spike_valid_o);
  // One done per step: steps begun less steps done is 0 or 1, and 0 when the next begins.
  logic open_step_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) open_step_q <= 1'b0;
    else if (step_starts) open_step_q <= 1'b1;
    else if (step_done_o) open_step_q <= 1'b0;
  end
  a_learn_waits: assert property (@(posedge clk_i) disable iff (!rst_ni) Learning != 0 && learn_valid_i && !learn_ready_o |=> learn_valid_i);
  a_learn_alone: assert property (@(posedge clk_i) disable iff (!rst_ni) learn_starts |-> !step_valid_i && !open_step_q);
  a_done_answers_start: assert property (@(posedge clk_i) disable iff (!rst_ni) step_done_o |-> open_step_q);
  a_start_after_done: assert property (@(posedge clk_i) disable iff (!rst_ni) step_starts |-> !open_step_q);
  a_works_or_stops: assert property (@(posedge clk_i) disable iff (!rst_ni) serving_o && updating_o |-> stopped_o);
  a_none_queued_when_stopped: assert property (@(posedge clk_i) disable iff (!rst_ni) queued_o |-> updating_o && !stopped_o);
  // Packets taken in are served, one for one.
  logic [31:0] taken_q, served_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      taken_q  <= '0;
      served_q <= '0;
    end else begin
      taken_q  <= taken_q + 32'(packet_valid_i && packet_ready_o);
      served_q <= served_q + 32'(packet_taken);
    end
  end
  a_all_served: assert property (@(posedge clk_i) disable iff (!rst_ni) taken_q == served_q + 32'(in_count));
  c_served_while_stopped: cover property (@(posedge clk_i) disable iff (!rst_ni) service_starts && update_stopped);
  c_served_after_sweep: cover property (@(posedge clk_i) disable iff (!rst_ni) service_starts && update_swept);
  c_input_full: cover property (@(posedge clk_i) disable iff (!rst_ni) packet_valid_i && !packet_ready_o);
`endif
endmodule
