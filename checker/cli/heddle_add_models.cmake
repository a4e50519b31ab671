# heddle_add_models(NAME [SOURCE ...] [INSTRUMENT] [LARGE] [PREFIX TEXT] [FILTER MODEL ...]
#                   [OPTIONS OPTION ...] [PROPERTIES PROPERTY VALUE ...])
#
# Each model of an executable becomes a CTest test, which passes if the model is what it declares.
# With sources the executable NAME is made of them and linked with heddle::main; without, it is a
# target that is linked so already.
#
#   INSTRUMENT   compiles it for checking: heddle_instrument(NAME)
#   LARGE        large models become tests, too
#   PREFIX       stands before each model's name in its test's
#   FILTER       those models alone, as in `heddle check`: names, groups, globs
#   OPTIONS      of `heddle check`, such as --max-time 10s
#   PROPERTIES   of the tests, such as TIMEOUT 60
#
# The models are asked for when the executable has been built, so a new model needs no new
# configuration.
include_guard()

function(heddle_add_models name)
  cmake_parse_arguments(PARSE_ARGV 1 with "INSTRUMENT;LARGE" "PREFIX" "FILTER;OPTIONS;PROPERTIES")
  if(with_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "heddle_add_models: ${with_KEYWORDS_MISSING_VALUES} of ${name} has no value")
  endif()
  if(with_UNPARSED_ARGUMENTS)
    add_executable(${name} ${with_UNPARSED_ARGUMENTS})
    target_compile_features(${name} PRIVATE cxx_std_20)
    target_link_libraries(${name} PRIVATE heddle::main)
  elseif(NOT TARGET ${name})
    message(FATAL_ERROR "heddle_add_models: ${name} has no sources and is no target")
  endif()
  if(with_INSTRUMENT)
    heddle_instrument(${name})
  endif()

  set(tests ${CMAKE_CURRENT_BINARY_DIR}/${name}_models.cmake)
  add_custom_command(TARGET ${name} POST_BUILD
    COMMAND ${CMAKE_COMMAND} "-Dprogram=$<TARGET_FILE:${name}>" "-Dtests=${tests}"
      "-Dprefix=<${with_PREFIX}>" "-Dlarge=${with_LARGE}" "-Dfilter=${with_FILTER}"
      "-Doptions=${with_OPTIONS}" "-Dproperties=${with_PROPERTIES}"
      -P ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/heddle_discover_models.cmake
    BYPRODUCTS ${tests}
    VERBATIM)
  set(included ${CMAKE_CURRENT_BINARY_DIR}/${name}_models_include.cmake)
  file(WRITE ${included} "if(EXISTS [==[${tests}]==])\n  include([==[${tests}]==])\n"
    "else()\n  add_test([==[${name}_models_not_built]==] [==[${name}_models_not_built]==])\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${included})
endfunction()
