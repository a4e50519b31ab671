# heddle_instrument(TARGET): compiles a target for checking. Data races in its memory are found
# without annotations, and its std::atomic operations are explored. The rest of the program is not
# affected. docs/design/races.md says how; `heddle check --target FILE.cpp` gives the same flags.
include_guard()

function(heddle_instrument target)
  if(NOT TARGET ${target})
    message(FATAL_ERROR "heddle_instrument: there is no target ${target}")
  endif()
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "^(GNU|Clang)$")
    message(FATAL_ERROR "heddle_instrument: ${target} needs g++ or clang++ to be compiled for checking")
  endif()
  target_compile_definitions(${target} PRIVATE HEDDLE_INSTRUMENTED)
  # Copying functions must be calls, in whose place Heddle's stand.
  target_compile_options(${target} PRIVATE -fsanitize=thread -g
    "SHELL:-include heddle/detail/instrumented.hpp"
    -fno-builtin-memcpy -fno-builtin-memmove -fno-builtin-memset
    $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>
    "$<$<CXX_COMPILER_ID:Clang>:SHELL:-mllvm -tsan-instrument-read-before-write=1>")
  # Functions have to stay the functions that were compiled: their calls tell whose they are.
  target_link_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-lto>)
  # The checker and the runtime are in it, too: it goes before their archives, in whatever order
  # the target links them.
  target_link_options(${target} PRIVATE
    "LINKER:--whole-archive,$<TARGET_FILE:heddle::instrument>,--no-whole-archive")
  target_link_libraries(${target} PRIVATE heddle::instrument)
endfunction()
