// The sums of a step: one port to read, one to write.
module steplif_sum (
    input                    CK,
    input                    RE,
    input      [4:0]         RA,
    output reg signed [19:0] Q,
    input                    WE,
    input      [4:0]         WA,
    input      signed [19:0] D
);

reg signed [19:0] SUM [0:31];

always @(posedge CK) begin
    if (RE) Q <= SUM[RA];
    if (WE) SUM[WA] <= D;
end

endmodule
