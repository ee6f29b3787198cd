# fencelab_add_plugin(<name> SOURCES files...): the plug-in <name>.so for `fencelab --policy-plugin`.
# It links nothing of Fencelab: what it calls is in the program that loads it. Found with the
# package (find_package(fencelab)); the same file serves the tests of Fencelab's own tree.

set(_fencelab_plugin_version "${PROJECT_VERSION}")
if(DEFINED fencelab_VERSION)
  set(_fencelab_plugin_version "${fencelab_VERSION}")
endif()

function(fencelab_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES")
  if(NOT arg_SOURCES)
    message(FATAL_ERROR "fencelab_add_plugin(${name}): SOURCES are missing")
  endif()
  add_library(${name} MODULE ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE fencelab::fencelab)
  target_compile_features(${name} PRIVATE cxx_std_20)
  target_compile_definitions(${name} PRIVATE FENCELAB_VERSION="${_fencelab_plugin_version}")
  set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX ".so" CXX_EXTENSIONS OFF)
endfunction()
