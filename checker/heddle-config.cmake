# find_package(heddle): heddle::runtime, heddle::checker, heddle::main, and heddle_instrument(TARGET).
include(CMakeFindDependencyMacro)
find_dependency(Boost COMPONENTS context)
find_dependency(Threads)
find_dependency(fmt)
include(${CMAKE_CURRENT_LIST_DIR}/heddle_targets.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/heddle_instrument.cmake)
