// One register between two valid/ready partners: cuts the path of valid and data. ready_o follows ready_i in the same cycle, so a
// stream passes at a word per cycle.
module stream_register #(
  parameter int unsigned Width = 8
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             valid_i,
  output logic             ready_o,
  input  logic [Width-1:0] data_i,
  output logic             valid_o,
  input  logic             ready_i,
  output logic [Width-1:0] data_o
);
  logic             valid_q, valid_d;
  logic [Width-1:0] data_q, data_d;

  assign ready_o = !valid_q || ready_i;
  assign valid_o = valid_q;
  assign data_o  = data_q;
  assign valid_d = ready_o ? valid_i : valid_q;
  assign data_d  = ready_o && valid_i ? data_i : data_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid_q <= 1'b0;
      data_q  <= '0;
    end else begin
      valid_q <= valid_d;
      data_q  <= data_d;
    end
  end

`ifdef FORMAL
  // What went in and has not come out is in the register, and an offer stands until it is taken.
  logic [7:0] in_q, out_q;
  logic [Width-1:0] last_q, offered_q;
  logic refused_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      in_q      <= '0;
      out_q     <= '0;
      last_q    <= '0;
      offered_q <= '0;
      refused_q <= 1'b0;
    end else begin
      in_q      <= in_q + 8'(valid_i && ready_o);
      out_q     <= out_q + 8'(valid_o && ready_i);
      last_q    <= valid_i && ready_o ? data_i : last_q;
      offered_q <= data_o;
      refused_q <= valid_o && !ready_i;
    end
  end
  always_comb begin
    if (rst_ni) begin
      assert (in_q == out_q + 8'(valid_q));
      assert (data_q == last_q);
      if (refused_q) assert (valid_o && data_o == offered_q);
    end
  end
`endif

`ifndef SYNTHESIS
  a_valid_stays: assert property (@(posedge clk_i) disable iff (!rst_ni) valid_o && !ready_i |=> valid_o && $stable(data_o));
`endif
endmodule
