// SPI slave, oversampled: SCK may rise every eighth CLK at most. A frame is 48 bits, first bit first: write, space (3 bits), address (12), data (32).
// A write happens once the last bit is in; the answer of a read leaves on MISO during the data bits, read when the address is complete.
module aerlif_spi (
    input         CLK,
    input         RST,
    input         SCK,
    input         MOSI,
    output        MISO,
    output reg    WRITE,
    output reg    READ,
    output [2:0]  SPACE,
    output [11:0] ADDR,
    output [31:0] DATA,
    input  [31:0] ANSWER
);

reg [2:0]  sck;
reg [5:0]  bits;
reg [15:0] command;
reg [31:0] in, out;
reg [1:0]  reading;

wire rise = sck[1] & ~sck[2];
wire fall = ~sck[1] & sck[2];

assign SPACE = command[14:12];
assign ADDR  = command[11:0];
assign DATA  = in;
assign MISO  = out[31];

always @(negedge CLK or posedge RST)
    if (RST) begin
        sck <= 3'd0;
        bits <= 6'd0;
        command <= 16'd0;
        in <= 32'd0;
        out <= 32'd0;
        reading <= 2'd0;
        WRITE <= 1'b0;
        READ <= 1'b0;
    end else begin
        sck <= {sck[1:0], SCK};
        WRITE <= 1'b0;
        READ <= 1'b0;
        reading <= {reading[0], READ};
        if (rise) begin
            bits <= (bits == 6'd47) ? 6'd0 : bits + 6'd1;
            if (bits < 6'd16) command <= {command[14:0], MOSI};
            else              in <= {in[30:0], MOSI};
            WRITE <= (bits == 6'd47) & command[15];
            READ  <= (bits == 6'd15) & ~command[14];
        end
        // Two clocks after READ the memory's output stands; the next fall of SCK is later than that.
        if (reading[1]) out <= ANSWER;
        else if (fall && bits > 6'd16) out <= {out[30:0], 1'b0};
    end

endmodule
