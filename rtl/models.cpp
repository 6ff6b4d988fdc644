/* The library of verilated cores: what Verilator writes is added to this file, since a library must have a source of its own. */
