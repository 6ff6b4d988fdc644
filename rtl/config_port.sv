// The 32-bit configuration port in front of a core's registers and memories, whose words may be wider: a word is written 32 bits at
// a time, lowest first, and changes when its last part is written; any part of any word can be read. One access per cycle, granted
// only while the core is idle; read data come in the next cycle. Address: [31:28] what (0 registers, 1 + memory otherwise),
// [27:5] word, [4:0] part of 32 bits. Places that do not exist read as 0 and take no writes.
module config_port #(
  parameter int unsigned Parts                       = 4,    // 32-bit parts of the widest word
  parameter int unsigned AxonWidth = 8,        parameter int unsigned AxonDepth = 8,
  parameter int unsigned SynapseWidth = 8,     parameter int unsigned SynapseDepth = 8,
  parameter int unsigned StateWidth = 8,       parameter int unsigned StateDepth = 8,
  parameter int unsigned AccumulatorWidth = 8, parameter int unsigned AccumulatorDepth = 8,
  parameter int unsigned ParameterWidth = 8,   parameter int unsigned ParameterDepth = 8,
  parameter int unsigned PreWidth = 8,         parameter int unsigned PreDepth = 0,         // 0: there is no such memory
  parameter int unsigned PostWidth = 8,        parameter int unsigned PostDepth = 0,
  localparam int unsigned Memories                   = 7
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  idle_i,
  // towards the host
  input  logic                  cfg_valid_i,
  output logic                  cfg_ready_o,
  input  logic                  cfg_write_i,
  input  logic [31:0]           cfg_address_i,
  input  logic [31:0]           cfg_data_i,
  output logic                  cfg_valid_o,      // read data
  output logic [31:0]           cfg_data_o,
  // towards the registers
  output logic                  register_write_o,
  output logic [22:0]           register_o,
  output logic [31:0]           register_data_o,
  input  logic [31:0]           register_data_i,
  // towards the memories, bit m for memory m
  output logic [Memories-1:0]   read_o,
  output logic [Memories-1:0]   write_o,
  output logic [22:0]           word_o,
  output logic [32*Parts-1:0]   data_o,
  output logic [2:0]            selected_o,       // of the last read: 1 + memory
  input  logic [32*Parts-1:0]   data_i            // of the memory selected
);
  logic [3:0]  what;
  logic [22:0] word;
  logic [4:0]  part, last_part;
  logic [31:0] depth;
  logic        granted, exists;

  assign what    = cfg_address_i[31:28];
  assign word    = cfg_address_i[27:5];
  assign part    = cfg_address_i[4:0];
  assign cfg_ready_o = idle_i;
  assign granted = cfg_valid_i && cfg_ready_o;

  always_comb begin
    last_part = '0;
    depth     = '0;
    if (cfg_valid_i) begin      // what nobody asks for is not worked out, here and below: a simulator has less to do
      unique case (what)
        4'd1: begin last_part = 5'((AxonWidth + 31) / 32 - 1);        depth = AxonDepth;        end
        4'd2: begin last_part = 5'((SynapseWidth + 31) / 32 - 1);     depth = SynapseDepth;     end
        4'd3: begin last_part = 5'((StateWidth + 31) / 32 - 1);       depth = StateDepth;       end
        4'd4: begin last_part = 5'((AccumulatorWidth + 31) / 32 - 1); depth = AccumulatorDepth; end
        4'd5: begin last_part = 5'((ParameterWidth + 31) / 32 - 1);   depth = ParameterDepth;   end
        4'd6: begin last_part = 5'((PreWidth + 31) / 32 - 1);         depth = PreDepth;         end
        4'd7: begin last_part = 5'((PostWidth + 31) / 32 - 1);        depth = PostDepth;        end
        default: ;
      endcase
    end
  end
  assign exists = 32'(word) < depth && part <= last_part;

  // The parts of a word before its last one wait here.
  logic [32*Parts-1:0] staged_q, staged_d;
  always_comb begin
    staged_d = '0;
    if (granted) begin
      staged_d = staged_q;
      for (int unsigned p = 0; p < Parts; p++) begin
        if (cfg_write_i && exists && 32'(part) == p) staged_d[32*p +: 32] = cfg_data_i;
      end
    end
  end
  assign data_o = staged_d;
  assign word_o = word;

  logic [3:0]  what_q;
  logic [4:0]  part_q;
  logic [31:0] register_q;
  logic        read_q, exists_q;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      staged_q   <= '0;
      what_q     <= '0;
      part_q     <= '0;
      register_q <= '0;
      read_q     <= 1'b0;
      exists_q   <= 1'b0;
    end else begin
      if (granted) staged_q <= staged_d;
      read_q   <= granted && !cfg_write_i;
      if (granted && !cfg_write_i) begin
        what_q     <= what;
        part_q     <= part;
        register_q <= register_data_i;
        exists_q   <= exists;
      end
    end
  end

  always_comb begin
    read_o  = '0;
    write_o = '0;
    if (granted && exists) begin
      for (int unsigned m = 0; m < Memories; m++) begin
        read_o[m]  = !cfg_write_i && what == 4'(m + 1);
        write_o[m] = cfg_write_i && what == 4'(m + 1) && part == last_part;
      end
    end
  end

  assign register_write_o = granted && cfg_write_i && what == '0 && part == '0;
  assign register_o       = word;
  assign register_data_o  = cfg_data_i;

  logic [31:0] of_memory;
  always_comb begin
    of_memory = '0;
    if (read_q) begin
      for (int unsigned p = 0; p < Parts; p++) begin
        if (32'(part_q) == p) of_memory = data_i[32*p +: 32];
      end
    end
  end
  assign selected_o  = what_q[2:0];
  assign cfg_valid_o = read_q;
  assign cfg_data_o  = what_q == '0 ? register_q : exists_q ? of_memory : '0;

`ifndef SYNTHESIS
  a_granted_when_idle: assert property (@(posedge clk_i) disable iff (!rst_ni) granted |-> idle_i);
  a_one_memory: assert property (@(posedge clk_i) disable iff (!rst_ni) $onehot0(read_o) && $onehot0(write_o));
  c_nowhere: cover property (@(posedge clk_i) disable iff (!rst_ni) granted && what != '0 && !exists);
`endif
endmodule
