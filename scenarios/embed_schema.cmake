# Puts the JSON Schema of scenarios into the program, without any tool but CMake.
#
# fencelab_embed_schema(<target>) generates schema_text.cpp in the build tree and adds it to <target>;
# editing the schema configures again.
set(FENCELAB_SCHEMA_DIR ${CMAKE_CURRENT_LIST_DIR})

function(fencelab_embed_schema target)
  set(schema_file ${FENCELAB_SCHEMA_DIR}/schema/scenario.schema.json)
  set(generated_file ${CMAKE_CURRENT_BINARY_DIR}/schema_text.cpp)
  file(READ ${schema_file} FENCELAB_SCENARIO_SCHEMA)
  configure_file(${FENCELAB_SCHEMA_DIR}/schema_text.cpp.in ${generated_file} @ONLY)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${schema_file})
  target_sources(${target} PRIVATE ${generated_file})
endfunction()
