# Run by heddle_add_models once an executable was built: writes a file of tests for CTest, one for
# each model that `program list` names.
cmake_minimum_required(VERSION 3.25)

execute_process(COMMAND ${program} list ${filter}
  OUTPUT_VARIABLE models ERROR_VARIABLE said RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  file(REMOVE ${tests})
  message(FATAL_ERROR "heddle_add_models: cannot ask ${program} for its models: ${said}")
endif()

string(REGEX REPLACE "^<(.*)>$" "\\1" prefix "${prefix}")  # -D takes spaces off an end
# A line is a name, what is expected, and a description, in which CMake's own characters may stand.
string(REGEX REPLACE "  \\[large\\] " "  <large> " models "${models}")
string(REGEX REPLACE "[][;\\]" " " models "${models}")
string(REPLACE "\n" ";" models "${models}")
set(written "")
foreach(line IN LISTS models)
  if(NOT line MATCHES "^([^ ]+)  +[a-z]+ +(<large> )?")
    continue()
  endif()
  set(model ${CMAKE_MATCH_1})
  if(CMAKE_MATCH_2 AND NOT large)
    continue()
  endif()
  set(command "[==[${program}]==] check")
  foreach(word ${model} ${options})
    string(APPEND command " [==[${word}]==]")
  endforeach()
  string(APPEND written "add_test([==[${prefix}${model}]==] ${command})\n")
  set(said "")
  foreach(word ${properties})
    string(APPEND said " [==[${word}]==]")
  endforeach()
  if(said)
    string(APPEND written "set_tests_properties([==[${prefix}${model}]==] PROPERTIES${said})\n")
  endif()
endforeach()
file(WRITE ${tests} "${written}")
