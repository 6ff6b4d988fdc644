// One-port memory with a registered output.
module steplif_ram #(parameter Words = 32, parameter Address = 5) (
    input                    CK,
    input                    CS,
    input                    WE,
    input      [Address-1:0] A,
    input      [31:0]        D,
    output reg [31:0]        Q
);

reg [31:0] RAM [0:Words-1];

always @(posedge CK)
    if (CS) begin
        if (WE) RAM[A] <= D;
        else    Q <= RAM[A];
    end

endmodule
