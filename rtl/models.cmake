# The sets of parameters in which the cores are verilated: into volley itself (rtl.cmake), and with waveforms and coverage apart from it (probe/).
# cores/rtl/lif_model.cpp lists the same prefixes. VOLLEY_RTL_SOURCES: folder of the RTL; VOLLEY_RTL_ONE: the only core, in its first set.
# VOLLEY_RTL_ASSERT OFF: without the RTL's assertions.
#   volley_models(TARGET words for verilate()...)
set(VOLLEY_RTL_CHECKS --assert)
if(DEFINED VOLLEY_RTL_ASSERT AND NOT VOLLEY_RTL_ASSERT)
    set(VOLLEY_RTL_CHECKS)
endif()
set(VOLLEY_RTL_SAID ${CMAKE_CURRENT_LIST_DIR}/../cores/rtl/said.h)
set(VOLLEY_RTL_FAST -O2 CACHE STRING "how the models are compiled")

function(volley_verilate target top prefix)
    cmake_parse_arguments(it "" "" "WITH" ${ARGN})
    verilate(${target} ${it_WITH} SOURCES ${VOLLEY_RTL_SOURCES}/volley.vlt ${VOLLEY_RTL_SOURCES}/${top}.sv TOP_MODULE ${top} PREFIX ${prefix}
             OPT_FAST ${VOLLEY_RTL_FAST} OPT_SLOW -O0 OPT_GLOBAL -O1
             VERILATOR_ARGS -O3 ${VOLLEY_RTL_CHECKS} --x-assign unique --x-initial unique -y ${VOLLEY_RTL_SOURCES} ${it_UNPARSED_ARGUMENTS})
endfunction()

function(volley_models target)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-include> $<$<COMPILE_LANGUAGE:CXX>:${VOLLEY_RTL_SAID}>)
    if(VOLLEY_RTL_ONE)
        volley_verilate(${target} ${VOLLEY_RTL_ONE} V${VOLLEY_RTL_ONE} WITH ${ARGN})
        return()
    endif()
    volley_verilate(${target} lif_core Vlif_core WITH ${ARGN})
    volley_verilate(${target} lif_core Vlif_core_l8 -GNeurons=1024 -GLanes=8 -GMembraneWidth=20 -GCurrentWidth=16 -GBiasWidth=20 -GDecayBits=12 -GQueueIn=2
                    -GQueueOut=2 WITH ${ARGN})
    volley_verilate(${target} lif_core Vlif_core_l2 -GNeurons=512 -GLanes=2 -GWeightWidth=4 -GMembraneWidth=12 -GCurrentWidth=12 -GSumWidth=16 -GBiasWidth=12
                    -GDecayBits=0 -GQueueIn=4 -GQueueOut=4 WITH ${ARGN})
    volley_verilate(${target} lif_core Vlif_core_l1 -GNeurons=256 -GLanes=1 -GMembraneWidth=16 -GRestWidth=8 -GQueueIn=2 -GQueueOut=2 WITH ${ARGN})
    volley_verilate(${target} stdp_core Vstdp_core WITH ${ARGN})
    volley_verilate(${target} stdp_core Vstdp_core_l2 -GNeurons=128 -GLanes=2 -GAxons=256 -GSynapseWords=8192 -GWeightWidth=6 -GMembraneWidth=12
                    -GCurrentWidth=12 -GSumWidth=18 -GBiasWidth=12 -GDecayBits=0 -GGroups=4 -GQueueIn=2 -GQueueOut=2 -GTraceWidth=5 -GRateWidth=6
                    WITH ${ARGN})
endfunction()
