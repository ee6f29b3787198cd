# Layers: each is a static library that sees the headers of the layers it links, and no others.
#
# All includes are written from the repository root ("core/time.hpp"). To make a forbidden one fail
# to compile, no target gets the root itself as include directory. Each folder X has a directory
# <build>/layers/X whose only entry is a link X to the folder, and a target's include path is the
# list of these that its layer may see.

# Makes the headers of <folder> visible to everything that links <target>.
function(fencelab_expose_headers target scope folder)
  set(view ${PROJECT_BINARY_DIR}/layers/${folder})
  file(MAKE_DIRECTORY ${view})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${folder} ${view}/${folder} SYMBOLIC)
  # None of this leaves the build: cmake/Install.cmake says where installed headers are.
  target_include_directories(${target} ${scope} $<BUILD_INTERFACE:${view}>)
  # __FILE__ reads "core/time.hpp" wherever the tree was built.
  target_compile_options(${target} ${scope} $<BUILD_INTERFACE:-fmacro-prefix-map=${view}/=>)
endfunction()

# What all targets of ours have in common.
function(fencelab_target_defaults target)
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:fencelab_warnings>
                        $<BUILD_INTERFACE:fencelab_sanitizers>)
  target_compile_options(${target} PRIVATE -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=)
  if(FENCELAB_PCH)
    target_precompile_headers(${target} PRIVATE
      <algorithm> <array> <chrono> <coroutine> <cstdint> <functional> <map> <memory> <optional> <set>
      <span> <string> <string_view> <unordered_map> <variant> <vector>
      <boost/container/small_vector.hpp> <fmt/format.h>)
  endif()
endfunction()

# fencelab_layer(<target> FOLDER core [SUBFOLDER platform] [EXCLUDE regex...] [LINK libraries...])
# Compiles every .cpp below the folder into the static library <target>. A folder with no .cpp yet
# gets an empty one, so that a layer can start out as headers.
function(fencelab_layer target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "FOLDER;SUBFOLDER" "EXCLUDE;LINK")
  set(base ${PROJECT_SOURCE_DIR}/${arg_FOLDER})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${base}/${arg_SUBFOLDER}/*.cpp)
  foreach(pattern IN LISTS arg_EXCLUDE)
    list(FILTER sources EXCLUDE REGEX "^${base}/+${pattern}")
  endforeach()
  if(NOT sources)
    set(sources ${CMAKE_CURRENT_BINARY_DIR}/${target}_empty.cpp)
    file(CONFIGURE OUTPUT ${sources} CONTENT "// ${target} has headers only.\n")
  endif()
  add_library(${target} STATIC ${sources})
  fencelab_target_defaults(${target})
  fencelab_expose_headers(${target} PUBLIC ${arg_FOLDER})
  target_link_libraries(${target} PUBLIC ${arg_LINK})
endfunction()
