// steplif: 32 leaky integrate-and-fire neurons that move in steps. An axon's weights are added up apart from the membranes; a command ends the step.
// Written for volley's tests, in the manner of cores that people bring along.
//   commands  two-phase: COM_REQ changes its level, COM_ACK follows when the command has been served; COM is {step, axon}
//   spikes    SPK_STB is high for a clock, with SPK_ID; nobody can refuse one
//   bus       a word per clock while the core rests: PADDR[10:9] 0 registers (0 subtract, 1 identity), 1 neurons, 2 synapses
// A neuron: membrane 15:0, threshold 27:16, leak 31:28. In a step: v - v / 2^leak rounded down, plus the sum, kept within 16 bits; fires from the
// threshold on, and then is 0, or less by the threshold.
module steplif (
    input             CLK,
    input             RSTN,
    input             COM_REQ,
    output reg        COM_ACK,
    input      [5:0]  COM,
    output            SPK_STB,
    output     [4:0]  SPK_ID,
    input             PSEL,
    input             PWRITE,
    input      [10:0] PADDR,
    input      [31:0] PWDATA,
    output     [31:0] PRDATA
);

localparam [1:0] REST = 2'd0, ADD = 2'd1, LOOK = 2'd2, MOVE = 2'd3;

reg [1:0]         state;
reg [4:0]         neuron, axon;
reg [5:0]         place;            // in the row: asked for; what was asked for a clock ago is added
reg               subtract, spike;
reg [1:0]         space_q;

// ---- bus ----
wire bus_neuron  = PSEL & (PADDR[10:9] == 2'd1);
wire bus_synapse = PSEL & (PADDR[10:9] == 2'd2);
wire [31:0] neuron_q, synapse_q;

always @(posedge CLK or negedge RSTN)
    if (!RSTN) begin
        subtract <= 1'b0;
        space_q <= 2'd0;
    end else begin
        if (PSEL) space_q <= PADDR[10:9];
        if (PSEL & PWRITE & (PADDR[10:9] == 2'd0)) subtract <= PWDATA[0];
    end

assign PRDATA = (space_q == 2'd1) ? neuron_q : (space_q == 2'd2) ? synapse_q : PADDR[0] ? 32'h53544c31 : {31'd0, subtract};

// ---- memories ----
wire write_back = (state == MOVE) & ~spike;
steplif_ram #(.Words(32), .Address(5)) neuron_0 (
    .CK(CLK), .CS((state == LOOK) | write_back | bus_neuron), .WE(write_back | (bus_neuron & PWRITE)),
    .A(bus_neuron ? PADDR[4:0] : neuron), .D(bus_neuron ? PWDATA : {neuron_q[31:16], next_v}), .Q(neuron_q)
);
steplif_ram #(.Words(256), .Address(8)) synapse_0 (
    .CK(CLK), .CS(((state == ADD) & (place[5] == 1'b0) & (place[1:0] == 2'd0)) | bus_synapse), .WE(bus_synapse & PWRITE),
    .A(bus_synapse ? PADDR[7:0] : {axon, place[4:2]}), .D(PWDATA), .Q(synapse_q)
);
wire        [4:0]  added = place[4:0] - 5'd1;
wire signed [7:0]  w     = synapse_q[8*added[1:0] +: 8];
wire signed [19:0] sum_q;
wire               adds  = (state == ADD) & (place != 6'd0);
steplif_sum sum_0 (
    .CK(CLK), .RE(((state == ADD) & (place[5] == 1'b0)) | (state == LOOK)), .RA((state == ADD) ? place[4:0] : neuron), .Q(sum_q),
    .WE(adds | write_back), .WA(adds ? added : neuron), .D(adds ? sum_q + {{12{w[7]}}, w} : 20'sd0)
);

// ---- a neuron's step ----
wire signed [15:0] v         = neuron_q[15:0];
wire        [11:0] threshold = neuron_q[27:16];
wire        [3:0]  leak      = neuron_q[31:28];
wire signed [16:0] wide_v    = {v[15], v};
wire signed [16:0] part      = -wide_v >>> leak;
wire signed [16:0] left      = (leak == 4'd0) ? wide_v : wide_v + part;
wire signed [20:0] total     = {{4{left[16]}}, left} + {sum_q[19], sum_q};
wire signed [15:0] moved     = (total > 21'sd32767) ? 16'sh7fff : (total < -21'sd32768) ? 16'sh8000 : total[15:0];
wire signed [15:0] level     = {4'd0, threshold};
wire               fires     = moved >= level;
wire signed [15:0] next_v    = !fires ? moved : subtract ? moved - level : 16'sd0;

assign SPK_STB = (state == MOVE) & spike;
assign SPK_ID  = neuron;

always @(posedge CLK or negedge RSTN)
    if (!RSTN) begin
        state <= REST;
        COM_ACK <= 1'b0;
        spike <= 1'b0;
        neuron <= 5'd0;
        axon <= 5'd0;
        place <= 6'd0;
    end else
        case (state)
            REST: if (COM_REQ != COM_ACK) begin
                state <= COM[5] ? LOOK : ADD;
                axon <= COM[4:0];
                neuron <= 5'd0;
                place <= 6'd0;
            end
            ADD: begin
                place <= place + 6'd1;
                if (place == 6'd32) begin
                    state <= REST;
                    COM_ACK <= COM_REQ;
                end
            end
            LOOK: state <= MOVE;
            MOVE: begin                 // written back in the first clock; a spike leaves in a second one
                spike <= ~spike & fires;
                if (spike | ~fires) begin
                    neuron <= neuron + 5'd1;
                    state <= (neuron == 5'd31) ? REST : LOOK;
                    if (neuron == 5'd31) COM_ACK <= COM_REQ;
                end
            end
        endcase

endmodule
