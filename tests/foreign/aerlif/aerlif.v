// aerlif: 64 neurons, 64 axons, in the manner of small asynchronous-interface chips: events come and spikes go by four-phase address-event
// handshakes, memories and registers are reached by SPI, the clock's falling edge counts, reset is active high. A time-reference event stands
// where other cores have a step. Written to be unlike volley's own cores in every pin; it is the subject of docs/your-core.md.
//
// An event sweeps all neurons, two clocks each (read, then compute and write):
//     spike of an axon     v := sat(leak(v) + w), fires at v >= threshold
//     time reference       the same with w = 0
//     virtual              the same for one of neurons 0 to 15 alone, its w in the address
// With register defer set, spikes only add, v := sat(v + w), and the reference compares, resets and then leaks.
// leak(v) = v + ((-v) >>> shift), which is v (1 - 2^-shift) rounded down; shift 0: none. A firing neuron is set to 0, or reduced by its
// threshold where register subtract is set.
module aerlif (
    input            CLK,
    input            RST,
    input      [9:0] AERIN_ADDR,
    input            AERIN_REQ,
    output reg       AERIN_ACK,
    output reg [7:0] AEROUT_ADDR,
    output reg       AEROUT_REQ,
    input            AEROUT_ACK,
    input            SCK,
    input            MOSI,
    output           MISO
);

localparam WAIT = 2'd0, READ = 2'd1, COMPUTE = 2'd2, EMIT = 2'd3;

// Registers have no reset value but gate, which keeps the core still until it was programmed.
reg gate, defer, subtract;

reg [1:0] state, req_sync;
reg [5:0] neuron, axon;
reg       reference, single;
reg [3:0] given;
reg       out_free;

wire        spi_write, spi_read;
wire [2:0]  spi_space;
wire [11:0] spi_addr;
wire [31:0] spi_data, neuron_q, synapse_q;
reg  [31:0] spi_answer;

wire spi_neuron  = gate & (spi_space == 3'd1) & (spi_write | spi_read);
wire spi_synapse = gate & (spi_space == 3'd2) & (spi_write | spi_read);

// ---- one neuron ----
wire signed [11:0] v     = neuron_q[11:0];
wire signed [11:0] threshold = {1'b0, neuron_q[22:12]};
wire        [3:0]  shift = neuron_q[26:23];
wire signed [3:0]  w     = single ? given : synapse_q[4*neuron[2:0] +: 4];

function signed [11:0] leaked(input signed [11:0] x, input [3:0] by);
    reg signed [12:0] part;
    begin
        part = -{x[11], x};
        part = part >>> by;
        leaked = (by == 4'd0) ? x : x + part[11:0];
    end
endfunction

wire signed [11:0] start  = defer ? v : leaked(v, shift);
wire signed [12:0] sum    = {start[11], start} + (reference ? 13'sd0 : {{9{w[3]}}, w});
wire signed [11:0] added  = (sum > 13'sd2047) ? 12'sd2047 : (sum < -13'sd2048) ? -12'sd2048 : sum[11:0];
wire               fires  = (reference | ~defer) & (added >= threshold);
wire signed [11:0] after  = fires ? (subtract ? added - threshold : 12'sd0) : added;
wire signed [11:0] next_v = (defer & reference) ? leaked(after, shift) : after;

// ---- memories: one port each; SPI has it while the gate is closed ----
wire sweep_read  = state == READ;
wire sweep_write = state == COMPUTE;

aerlif_sram #(.Words(64), .Address(6)) neuron_0 (
    .CK(CLK), .CS(sweep_read | sweep_write | spi_neuron), .WE(sweep_write | (spi_neuron & spi_write)),
    .A(spi_neuron ? spi_addr[5:0] : neuron), .D(spi_neuron ? spi_data : {neuron_q[31:12], next_v}), .Q(neuron_q)
);

aerlif_sram #(.Words(512), .Address(9)) synapse_0 (
    .CK(CLK), .CS((sweep_read & ~reference & ~single & (neuron[2:0] == 3'd0)) | spi_synapse), .WE(spi_synapse & spi_write),
    .A(spi_synapse ? spi_addr[8:0] : {axon, neuron[5:3]}), .D(spi_data), .Q(synapse_q)
);

aerlif_spi spi_0 (
    .CLK(CLK), .RST(RST), .SCK(SCK), .MOSI(MOSI), .MISO(MISO),
    .WRITE(spi_write), .READ(spi_read), .SPACE(spi_space), .ADDR(spi_addr), .DATA(spi_data), .ANSWER(spi_answer)
);

always @(*)
    case (spi_space)
        3'd0:    spi_answer = {29'd0, subtract, defer, gate};
        3'd1:    spi_answer = neuron_q;
        3'd2:    spi_answer = synapse_q;
        default: spi_answer = 32'h41455231;     // identity: "AER1"
    endcase

always @(negedge CLK or posedge RST)
    if (RST)
        gate <= 1'b1;
    else if (spi_write && spi_space == 3'd0)
        {subtract, defer, gate} <= spi_data[2:0];

// ---- the sweep ----
wire last = single | (neuron == 6'd63);
wire take = (state == WAIT) & req_sync[1] & ~AERIN_ACK & ~gate;

always @(negedge CLK or posedge RST)
    if (RST) begin
        state <= WAIT;
        neuron <= 6'd0;
        axon <= 6'd0;
        reference <= 1'b0;
        single <= 1'b0;
        given <= 4'd0;
    end else
        case (state)
            WAIT: if (take) begin
                state <= READ;
                neuron <= (AERIN_ADDR[9:8] == 2'b10) ? {2'b00, AERIN_ADDR[3:0]} : 6'd0;
                axon <= AERIN_ADDR[5:0];
                reference <= AERIN_ADDR[9:8] == 2'b01;
                single <= AERIN_ADDR[9:8] == 2'b10;
                given <= AERIN_ADDR[7:4];
            end
            READ: state <= COMPUTE;
            COMPUTE: begin
                state <= fires ? EMIT : last ? WAIT : READ;
                if (!fires) neuron <= neuron + 6'd1;
            end
            EMIT: if (out_free) begin
                state <= last ? WAIT : READ;
                neuron <= neuron + 6'd1;
            end
        endcase

// ---- four-phase handshakes: request up, acknowledge up, request down, acknowledge down ----
always @(negedge CLK or posedge RST)
    if (RST) begin
        req_sync <= 2'b00;
        AERIN_ACK <= 1'b0;
    end else begin
        req_sync <= {req_sync[0], AERIN_REQ};
        if (take) AERIN_ACK <= 1'b1;
        else if (!req_sync[1]) AERIN_ACK <= 1'b0;
    end

always @(negedge CLK or posedge RST)
    if (RST) begin
        AEROUT_REQ <= 1'b0;
        AEROUT_ADDR <= 8'd0;
        out_free <= 1'b1;
    end else if (state == EMIT && out_free) begin
        AEROUT_REQ <= 1'b1;
        AEROUT_ADDR <= {2'b00, neuron};
        out_free <= 1'b0;
    end else if (AEROUT_REQ && AEROUT_ACK)
        AEROUT_REQ <= 1'b0;
    else if (!AEROUT_REQ && !AEROUT_ACK)
        out_free <= 1'b1;

endmodule
