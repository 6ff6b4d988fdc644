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

# Assertions take a third of a core's speed. They are on where faults are looked for (also in probe/); what users run leaves them out, unless asked.
option(VOLLEY_RTL_ASSERT "assertions of the RTL are checked" ${VOLLEY_SANITIZE})
set(VOLLEY_RTL_SOURCES ${PROJECT_SOURCE_DIR}/rtl)
include(${PROJECT_SOURCE_DIR}/rtl/models.cmake)
volley_models(volley_rtl)

verilate(volley_rtl SOURCES ${PROJECT_SOURCE_DIR}/rtl/volley.vlt ${PROJECT_SOURCE_DIR}/rtl/spike_router.sv TOP_MODULE spike_router PREFIX Vspike_router
         OPT_FAST -O2 OPT_SLOW -O0 OPT_GLOBAL -O1 VERILATOR_ARGS -O3 ${VOLLEY_RTL_CHECKS} --x-assign unique --x-initial unique -y ${PROJECT_SOURCE_DIR}/rtl)

target_sources(volley_core PRIVATE ${rtl_wrappers})
target_compile_definitions(volley_core PRIVATE VOLLEY_RTL VOLLEY_RTL_PROBE_SOURCES="${PROJECT_SOURCE_DIR}/rtl/probe"
                           VOLLEY_RTL_PROBE_FOLDER="${PROJECT_BINARY_DIR}/probe")
get_target_property(rtl_includes volley_rtl INCLUDE_DIRECTORIES)
target_include_directories(volley_core SYSTEM PRIVATE ${rtl_includes})
target_sources(volley_core PRIVATE $<TARGET_OBJECTS:volley_rtl>)
