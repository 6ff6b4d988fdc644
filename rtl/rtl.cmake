# The cores in RTL, verilated into one set of objects (Verilator's runtime is compiled per target) in C++ mode, which become part of volley_core;
# cores/rtl/ drives them. Without Verilator volley builds all the same, and a core in RTL says what is missing. Verilator runs when CMake configures.
set(VOLLEY_HAS_RTL OFF)
if(VOLLEY_RTL)
    find_package(verilator 5.006 QUIET HINTS /usr/share/verilator)
    set(VOLLEY_HAS_RTL ${verilator_FOUND})
endif()
if(NOT VOLLEY_HAS_RTL)
    message(STATUS "no Verilator: cores in RTL are left out")
    return()
endif()

file(GLOB rtl_wrappers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/cores/rtl/*.cpp)
add_library(volley_rtl OBJECT ${PROJECT_SOURCE_DIR}/rtl/models.cpp)
# Verilated code is not ours to keep free of warnings, runs five times slower under the sanitizers, and nobody steps through it.
target_compile_options(volley_rtl PRIVATE -w -g0 -fno-sanitize=all)

# One lif_core per set of parameters. cores/rtl/lif_model.cpp lists the same prefixes.
function(volley_verilate prefix)
    verilate(volley_rtl SOURCES ${PROJECT_SOURCE_DIR}/rtl/volley.vlt ${PROJECT_SOURCE_DIR}/rtl/lif_core.sv TOP_MODULE lif_core PREFIX ${prefix}
             OPT_FAST -O2 OPT_SLOW -O0 OPT_GLOBAL -O1 VERILATOR_ARGS -O3 --assert --x-assign unique --x-initial unique -y ${PROJECT_SOURCE_DIR}/rtl ${ARGN})
endfunction()
volley_verilate(Vlif_core)
volley_verilate(Vlif_core_l8 -GNeurons=1024 -GLanes=8 -GMembraneWidth=20 -GCurrentWidth=16 -GBiasWidth=20 -GDecayBits=12 -GQueueIn=2 -GQueueOut=2)
volley_verilate(Vlif_core_l2 -GNeurons=512 -GLanes=2 -GWeightWidth=4 -GMembraneWidth=12 -GCurrentWidth=12 -GSumWidth=16 -GBiasWidth=12 -GDecayBits=0 -GQueueIn=4
                -GQueueOut=4)
volley_verilate(Vlif_core_l1 -GNeurons=256 -GLanes=1 -GMembraneWidth=16 -GRestWidth=8 -GQueueIn=2 -GQueueOut=2)

verilate(volley_rtl SOURCES ${PROJECT_SOURCE_DIR}/rtl/volley.vlt ${PROJECT_SOURCE_DIR}/rtl/spike_router.sv TOP_MODULE spike_router PREFIX Vspike_router
         OPT_FAST -O2 OPT_SLOW -O0 OPT_GLOBAL -O1 VERILATOR_ARGS -O3 --assert --x-assign unique --x-initial unique -y ${PROJECT_SOURCE_DIR}/rtl)

target_sources(volley_core PRIVATE ${rtl_wrappers})
target_compile_definitions(volley_core PRIVATE VOLLEY_RTL)
get_target_property(rtl_includes volley_rtl INCLUDE_DIRECTORIES)
target_include_directories(volley_core SYSTEM PRIVATE ${rtl_includes})
target_sources(volley_core PRIVATE $<TARGET_OBJECTS:volley_rtl>)
