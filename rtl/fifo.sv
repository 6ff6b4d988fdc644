// A queue of Depth words with valid/ready on both sides. ready_o says only that there is a place now: a word that leaves in this
// cycle makes room from the next cycle on, so no path leads from ready_i to ready_o. With FallThrough a word that finds the queue
// empty is offered in the same cycle, and is stored only if it is not taken; without, a cycle later.
module fifo #(
  parameter int unsigned Width       = 8,
  parameter int unsigned Depth       = 16,
  parameter int unsigned FallThrough = 0,
  localparam int unsigned CountWidth = $clog2(Depth + 1)
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  valid_i,
  output logic                  ready_o,
  input  logic [Width-1:0]      data_i,
  output logic                  valid_o,
  input  logic                  ready_i,
  output logic [Width-1:0]      data_o,
  output logic [CountWidth-1:0] count_o    // words stored
);
  localparam int unsigned IndexWidth = Depth > 1 ? $clog2(Depth) : 1;
  localparam logic [IndexWidth-1:0] LastIndex = IndexWidth'(Depth - 1);
  localparam logic [CountWidth-1:0] Full = CountWidth'(Depth);

  logic [Width-1:0]      store [Depth];
  logic [IndexWidth-1:0] read_q, read_d, write_q, write_d;
  logic [CountWidth-1:0] count_q, count_d;
  logic empty, through, push, pop;

  assign empty   = count_q == '0;
  assign ready_o = count_q != Full;
  assign through = FallThrough != 0 && empty && valid_i;
  assign valid_o = !empty || through;
  assign data_o  = through ? data_i : store[read_q];
  assign count_o = count_q;

  assign push = valid_i && ready_o && !(through && ready_i);
  assign pop  = valid_o && ready_i && !through;

  always_comb begin
    read_d  = read_q;
    write_d = write_q;
    count_d = count_q;
    if (push) write_d = write_q == LastIndex ? '0 : write_q + 1'b1;
    if (pop)  read_d  = read_q == LastIndex ? '0 : read_q + 1'b1;
    if (push && !pop) count_d = count_q + 1'b1;
    if (pop && !push) count_d = count_q - 1'b1;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      read_q  <= '0;
      write_q <= '0;
      count_q <= '0;
    end else begin
      read_q  <= read_d;
      write_q <= write_d;
      count_q <= count_d;
    end
  end

  always_ff @(posedge clk_i) begin
    if (push) store[write_q] <= data_i;
  end

`ifdef FORMAL
  // The same queue as a list that moves up: what is stored must be that list, word for word, and every law of the pointers follows.
  logic [Width-1:0] model_q [Depth];
  logic [CountWidth-1:0] at;
  always_comb at = count_q - CountWidth'(pop);
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      for (int unsigned i = 0; i < Depth; i++) model_q[i] <= '0;
    end else begin
      for (int unsigned i = 0; i < Depth; i++) begin
        if (push && CountWidth'(i) == at) model_q[i] <= data_i;
        else if (pop) model_q[i] <= i + 1 < Depth ? model_q[(i + 1) % Depth] : '0;
      end
    end
  end
  always_comb begin
    if (rst_ni) begin
      assert (count_q <= Full);
      assert (32'(read_q) < Depth && 32'(write_q) < Depth);
      assert ((32'(read_q) + 32'(count_q)) % Depth == 32'(write_q));
      assert (!(push && count_q == Full));
      assert (!(pop && empty));
      for (int unsigned i = 0; i < Depth; i++) begin
        if (CountWidth'(i) < count_q) assert (store[(32'(read_q) + i) % Depth] == model_q[i]);
      end
      if (!empty) assert (data_o == model_q[0]);
    end
  end
`endif

`ifndef SYNTHESIS
  a_no_push_to_full: assert property (@(posedge clk_i) disable iff (!rst_ni) push |-> count_q != Full);
  a_no_pop_from_empty: assert property (@(posedge clk_i) disable iff (!rst_ni) pop |-> !empty);
  a_valid_stays: assert property (@(posedge clk_i) disable iff (!rst_ni) valid_o && !ready_i |=> valid_o && $stable(data_o));
  c_full: cover property (@(posedge clk_i) disable iff (!rst_ni) count_q == Full);
`endif
endmodule
