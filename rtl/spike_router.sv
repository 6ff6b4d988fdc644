// A router of a mesh for spike packets of one flit: five ports (0 local, 1 east, 2 west, 3 north, 4 south), a queue per input, round robin
// per output, valid/ready everywhere. A unicast flit goes along x first, then along y, from its destination's coordinates and the
// router's own; a multicast flit names a tree, and a table here says at which outputs that tree leaves: each copy leaves as soon as its
// output is free, the flit goes when all have. Two cycles per hop: into the queue, into the output's register.
// Flit: {multicast, destination {y, x} or tree number, payload}. x grows to the east, y to the north.
module spike_router #(
  parameter int unsigned XWidth       = 4,
  parameter int unsigned YWidth       = 4,
  parameter int unsigned PayloadWidth = 16,
  parameter int unsigned Depth        = 4,
  parameter int unsigned Trees        = 16,    // at most 2^(XWidth + YWidth)
  localparam int unsigned Ports       = 5,
  localparam int unsigned TreeWidth   = $clog2(Trees),
  localparam int unsigned FlitWidth   = 1 + XWidth + YWidth + PayloadWidth
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,
  input  logic [XWidth-1:0]          x_i,              // where this router is; constant
  input  logic [YWidth-1:0]          y_i,
  input  logic                       tree_write_i,     // the table of trees; only while no flit of the tree is under way
  input  logic [TreeWidth-1:0]       tree_i,
  input  logic [Ports-1:0]           tree_mask_i,
  output logic [Ports-1:0]           tree_mask_o,      // of tree_i, to be read back
  input  logic [Ports-1:0]           valid_i,
  output logic [Ports-1:0]           ready_o,
  input  logic [Ports*FlitWidth-1:0] flit_i,
  output logic [Ports-1:0]           valid_o,
  input  logic [Ports-1:0]           ready_i,
  output logic [Ports*FlitWidth-1:0] flit_o,
  // one strobe per event and port
  output logic [Ports-1:0]           buffer_write_o,
  output logic [Ports-1:0]           buffer_read_o,
  output logic [Ports-1:0]           hop_o             // a flit crosses to this output
);
  localparam logic [Ports-1:0] Local = 5'b00001;
  localparam logic [Ports-1:0] East  = 5'b00010;
  localparam logic [Ports-1:0] West  = 5'b00100;
  localparam logic [Ports-1:0] North = 5'b01000;
  localparam logic [Ports-1:0] South = 5'b10000;

  logic [Trees*Ports-1:0] table_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) table_q <= '0;
    else if (tree_write_i) table_q[32'(tree_i)*Ports +: Ports] <= tree_mask_i;
  end
  assign tree_mask_o = table_q[32'(tree_i)*Ports +: Ports];

  // Bit i*Ports + o: input i asks for output o, is granted it.
  logic [Ports*Ports-1:0]     asks, grants, takes;
  logic [Ports-1:0]           queued, leaves, output_free;
  logic [Ports*FlitWidth-1:0] head;

  for (genvar i = 0; i < Ports; i++) begin : g_input
    localparam logic [Ports-1:0] Self = 5'b1 << i;
    logic [$clog2(Depth+1)-1:0] count;
    logic [FlitWidth-1:0]       flit;
    logic [XWidth-1:0]          x;
    logic [YWidth-1:0]          y;
    logic [Ports-1:0]           wanted, served_q, got;
    fifo #(.Width(FlitWidth), .Depth(Depth)) u_queue (
      .clk_i, .rst_ni, .valid_i(valid_i[i]), .ready_o(ready_o[i]), .data_i(flit_i[i*FlitWidth +: FlitWidth]),
      .valid_o(queued[i]), .ready_i(leaves[i]), .data_o(flit), .count_o(count)
    );
    assign head[i*FlitWidth +: FlitWidth] = flit;
    assign x = flit[PayloadWidth +: XWidth];
    assign y = flit[PayloadWidth + XWidth +: YWidth];
    always_comb begin
      if (flit[FlitWidth-1]) wanted = table_q[32'(flit[PayloadWidth +: TreeWidth])*Ports +: Ports] & ~Self;
      else if (x > x_i)      wanted = East;
      else if (x < x_i)      wanted = West;
      else if (y > y_i)      wanted = North;
      else if (y < y_i)      wanted = South;
      else                   wanted = Local;
    end
    // What was granted in earlier cycles is not asked for again; a tree without an output here ends.
    assign asks[i*Ports +: Ports] = queued[i] ? wanted & ~served_q : '0;
    for (genvar o = 0; o < Ports; o++) begin : g_got
      assign got[o] = takes[o*Ports + i];
    end
    assign leaves[i] = queued[i] && (wanted & ~(served_q | got)) == '0;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) served_q <= '0;
      else         served_q <= leaves[i] ? '0 : served_q | got;
    end
    assign buffer_write_o[i] = valid_i[i] && ready_o[i];
    assign buffer_read_o[i]  = leaves[i];

`ifndef SYNTHESIS
    logic [31:0] in_q, out_q;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        in_q  <= '0;
        out_q <= '0;
      end else begin
        in_q  <= in_q + 32'(buffer_write_o[i]);
        out_q <= out_q + 32'(buffer_read_o[i]);
      end
    end
    a_flits_conserved: assert property (@(posedge clk_i) disable iff (!rst_ni) in_q == out_q + 32'(count));
    a_valid_waits: assert property (@(posedge clk_i) disable iff (!rst_ni)
        valid_i[i] && !ready_o[i] |=> valid_i[i] && $stable(flit_i[i*FlitWidth +: FlitWidth]));
    a_no_second_copy: assert property (@(posedge clk_i) disable iff (!rst_ni) (got & served_q) == '0 && (got & ~wanted) == '0);
    // x first: what came along y and is not for a tree goes on along y, or is here.
    a_no_turn_back: assert property (@(posedge clk_i) disable iff (!rst_ni)
        i >= 3 && queued[i] && !flit[FlitWidth-1] |-> (wanted & (East | West)) == '0);
    c_full: cover property (@(posedge clk_i) disable iff (!rst_ni) valid_i[i] && !ready_o[i]);
    c_fork_in_parts: cover property (@(posedge clk_i) disable iff (!rst_ni) leaves[i] && served_q != '0);
`else
    logic unused;
    assign unused = ^count;
`endif
  end

  for (genvar o = 0; o < Ports; o++) begin : g_output
    logic [Ports-1:0]     request;
    logic [FlitWidth-1:0] flit;
    for (genvar i = 0; i < Ports; i++) begin : g_request
      assign request[i] = asks[i*Ports + o];
    end
    // The turn moves with each flit that crosses; a full register stops both.
    arbiter #(.Requesters(Ports)) u_turn (
      .clk_i, .rst_ni, .request_i(request), .advance_i(output_free[o]), .grant_o(grants[o*Ports +: Ports])
    );
    assign takes[o*Ports +: Ports] = output_free[o] ? grants[o*Ports +: Ports] : '0;
    always_comb begin
      flit = '0;
      for (int unsigned i = 0; i < Ports; i++) begin
        if (grants[o*Ports + i]) flit = flit | head[i*FlitWidth +: FlitWidth];
      end
    end
    stream_register #(.Width(FlitWidth)) u_register (
      .clk_i, .rst_ni, .valid_i(request != '0), .ready_o(output_free[o]), .data_i(flit),
      .valid_o(valid_o[o]), .ready_i(ready_i[o]), .data_o(flit_o[o*FlitWidth +: FlitWidth])
    );
    assign hop_o[o] = request != '0 && output_free[o];
`ifndef SYNTHESIS
    a_one_flit: assert property (@(posedge clk_i) disable iff (!rst_ni) $onehot0(takes[o*Ports +: Ports]));
`endif
  end

`ifndef SYNTHESIS
  initial begin
    if (Trees > 2 ** (XWidth + YWidth)) $fatal(1, "spike_router: a tree number has XWidth + YWidth bits");
  end
`endif
endmodule
