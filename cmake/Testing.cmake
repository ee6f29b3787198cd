# fencelab_test(<name> LINK libraries... [EXCLUDE regex...]): the Catch2 program tests/test_<name> from tests/<name>/*.cpp,
# each of its test cases a CTest case called "<name>: ...". Does nothing while there are no files.

find_package(Catch2 2.13 REQUIRED)
set(FENCELAB_CATCH_ADD_TESTS ${Catch2_DIR}/CatchAddTests.cmake)

# Catch2's main() takes long to compile and nothing to run: once, unoptimised and uninstrumented.
add_library(fencelab_test_main OBJECT ${PROJECT_SOURCE_DIR}/tests/main.cpp)
target_link_libraries(fencelab_test_main PUBLIC Catch2::Catch2)
target_compile_options(fencelab_test_main PRIVATE -O0 -g0)

function(fencelab_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "LINK;EXCLUDE")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/${name}/*.cpp)
  foreach(pattern IN LISTS arg_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX "^${PROJECT_SOURCE_DIR}/tests/${name}/+${pattern}")
  endforeach()
  if(NOT sources)
    return()
  endif()
  set(target test_${name})
  set(directory ${PROJECT_BINARY_DIR}/tests)
  add_executable(${target} ${sources})
  fencelab_target_defaults(${target})
  fencelab_expose_headers(${target} PRIVATE tests)
  target_link_libraries(${target} PRIVATE fencelab_test_main ${arg_LINK})
  if(FENCELAB_PCH)
    target_precompile_headers(${target} PRIVATE <catch2/catch.hpp>)
  endif()
  # They are compiled more often than run, and their time is that of the code under test. Coroutines
  # hand on to each other by tail calls, which -O1 alone leaves out.
  if(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_options(${target} PRIVATE -O1 -foptimize-sibling-calls)
  endif()
  target_compile_definitions(${target} PRIVATE FENCELAB_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${directory})

  set(FENCELAB_TEST_TARGET ${target})
  set(FENCELAB_TEST_EXECUTABLE ${directory}/${target})
  set(FENCELAB_TEST_PREFIX "${name}: ")
  set(FENCELAB_TEST_WORKING_DIR ${directory})
  set(FENCELAB_TEST_PROPERTIES "LABELS ${name} TIMEOUT 300")
  set(include_file ${CMAKE_CURRENT_BINARY_DIR}/${target}_discover.cmake)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/discover_tests.cmake.in ${include_file} @ONLY)
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${include_file})
endfunction()
