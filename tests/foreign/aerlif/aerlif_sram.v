// One-port memory with a registered output; what it reads while it writes is undefined in silicon, and the old word here.
module aerlif_sram #(parameter Words = 64, parameter Address = 6) (
    input                    CK,
    input                    CS,
    input                    WE,
    input      [Address-1:0] A,
    input      [31:0]        D,
    output reg [31:0]        Q
);

reg [31:0] SRAM [0:Words-1];

always @(negedge CK)
    if (CS) begin
        if (WE) SRAM[A] <= D;
        else    Q <= SRAM[A];
    end

endmodule
