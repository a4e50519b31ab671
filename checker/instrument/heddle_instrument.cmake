# heddle_instrument(TARGET): compiles a target for checking. Data races in its memory are found
# without annotations, and its std::atomic operations are explored. The rest of the program is not
# affected. The program links heddle::main, or heddle::checker.
function(heddle_instrument target)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "^(GNU|Clang)$")
    message(FATAL_ERROR "heddle_instrument: ${target} is to be compiled by g++ or clang++, not by "
      "${CMAKE_CXX_COMPILER_ID}")
  endif()
  target_compile_definitions(${target} PRIVATE HEDDLE_INSTRUMENTED)
  # Copies of a known size are inlined after the accesses were noted, unless they are plain calls.
  target_compile_options(${target} PRIVATE -fsanitize=thread -g
    "SHELL:-include heddle/detail/instrumented.hpp"
    $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>
    $<$<CXX_COMPILER_ID:GNU>:-fno-builtin-memcpy>
    $<$<CXX_COMPILER_ID:GNU>:-fno-builtin-memmove>
    $<$<CXX_COMPILER_ID:GNU>:-fno-builtin-memset>
    $<$<CXX_COMPILER_ID:Clang>:SHELL:-mllvm -tsan-instrument-read-before-write=1>)
  # Functions have to stay the functions that were compiled: their calls tell whose they are.
  target_link_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-lto>)
  target_link_libraries(${target} PRIVATE $<LINK_LIBRARY:WHOLE_ARCHIVE,heddle::instrument>)
endfunction()
