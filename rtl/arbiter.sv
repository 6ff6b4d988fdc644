// Round robin: of the requests, the first at or after the place behind the last grant. A requester that keeps asking is granted
// within Requesters grants. The grant is one-hot, 0 without a request; the turn moves on only when the grant is used (advance_i).
module arbiter #(
  parameter int unsigned Requesters = 5
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic [Requesters-1:0] request_i,
  input  logic                  advance_i,
  output logic [Requesters-1:0] grant_o
);
  // behind_q: the places behind the last grant, which come first; the others follow in order.
  logic [Requesters-1:0] behind_q, behind_d, first, first_grant, any_grant;

  assign first       = request_i & behind_q;
  assign first_grant = first & (~first + 1'b1);             // the lowest bit alone
  assign any_grant   = request_i & (~request_i + 1'b1);
  assign grant_o     = first != '0 ? first_grant : any_grant;
  assign behind_d    = advance_i && grant_o != '0 ? ~(grant_o | (grant_o - 1'b1)) : behind_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) behind_q <= '0;
    else         behind_q <= behind_d;
  end

`ifdef FORMAL
  // wait_q[i]: grants that others got while i asked. Together with the places between the turn and i it is less than the number of
  // requesters, which a step of induction carries on.
  logic [7:0] wait_q [Requesters];
  logic [7:0] turn;
  always_comb begin
    turn = '0;
    for (int unsigned i = 0; i < Requesters; i++) if (!behind_q[i]) turn = turn + 1'b1;
    if (turn == 8'(Requesters)) turn = '0;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      for (int unsigned i = 0; i < Requesters; i++) wait_q[i] <= '0;
    end else begin
      for (int unsigned i = 0; i < Requesters; i++) begin
        if (!request_i[i] || (grant_o[i] && advance_i)) wait_q[i] <= '0;
        else if (advance_i) wait_q[i] <= wait_q[i] + 1'b1;
      end
    end
  end
  always_comb begin
    if (rst_ni) begin
      assert ((grant_o & (grant_o - 1'b1)) == '0);
      assert ((grant_o & ~request_i) == '0);
      assert ((grant_o != '0) == (request_i != '0));
      assert ((~behind_q & (~behind_q + 1'b1)) == '0);      // behind_q is ones above zeros
      for (int unsigned i = 0; i < Requesters; i++) begin
        assert (wait_q[i] + (8'(i) >= turn ? 8'(i) - turn : 8'(i) + 8'(Requesters) - turn) < 8'(Requesters));
      end
    end
  end
`endif

`ifndef SYNTHESIS
  a_grant_one_hot: assert property (@(posedge clk_i) disable iff (!rst_ni) $onehot0(grant_o));
  a_grant_asked: assert property (@(posedge clk_i) disable iff (!rst_ni) (grant_o & ~request_i) == '0);
  a_no_idle_grant: assert property (@(posedge clk_i) disable iff (!rst_ni) request_i != '0 |-> grant_o != '0);
  c_all_ask: cover property (@(posedge clk_i) disable iff (!rst_ni) &request_i);
`endif
endmodule
