// A memory with one read and one write port, both synchronous: read data stand from the cycle after the read until the next read.
// Every memory of a core is one of these, so that a macro, a monitor or a back door has one place. Its words are undefined until
// written, and reading and writing the same word in one cycle is not allowed: what such a read yields differs between macros.
module mem_1r1w #(
  parameter int unsigned Width = 32,
  parameter int unsigned Depth = 64,
  localparam int unsigned AddressWidth = Depth > 1 ? $clog2(Depth) : 1
) (
  input  logic                    clk_i,
  input  logic                    read_i,
  input  logic [AddressWidth-1:0] read_address_i,
  output logic [Width-1:0]        read_data_o,
  input  logic                    write_i,
  input  logic [AddressWidth-1:0] write_address_i,
  input  logic [Width-1:0]        write_data_i
);
  logic [Width-1:0] store [Depth];
  logic [Width-1:0] data_q;

  always_ff @(posedge clk_i) begin
    if (read_i) data_q <= store[read_address_i];
  end
  always_ff @(posedge clk_i) begin
    if (write_i) store[write_address_i] <= write_data_i;
  end
  assign read_data_o = data_q;

`ifndef SYNTHESIS
  a_addresses_differ: assert property (@(posedge clk_i) read_i && write_i |-> read_address_i != write_address_i);
  a_read_inside: assert property (@(posedge clk_i) read_i |-> 32'(read_address_i) < Depth);
  a_write_inside: assert property (@(posedge clk_i) write_i |-> 32'(write_address_i) < Depth);
`endif
endmodule
