# "fencelab/version.hpp": version, commit, compiler. Written at build time and only when its contents
# change, so a new commit rebuilds just the few files that include it. Holds no time stamp.

set(FENCELAB_GENERATED_DIR ${PROJECT_BINARY_DIR}/generated)
set(version_script ${CMAKE_COMMAND}
    -D SOURCE_DIR=${PROJECT_SOURCE_DIR}
    -D TEMPLATE=${CMAKE_CURRENT_LIST_DIR}/version.hpp.in
    -D OUTPUT=${FENCELAB_GENERATED_DIR}/fencelab/version.hpp
    -D VERSION=${PROJECT_VERSION}
    -D "COMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
    -D BUILD_TYPE=${CMAKE_BUILD_TYPE}
    -D "SANITIZERS=${FENCELAB_SANITIZE}"
    -P ${CMAKE_CURRENT_LIST_DIR}/write_version.cmake)

add_custom_target(fencelab_version_header
  COMMAND ${version_script}
  BYPRODUCTS ${FENCELAB_GENERATED_DIR}/fencelab/version.hpp
  COMMENT "Looking up the git commit" VERBATIM)

# Link this to include "fencelab/version.hpp".
add_library(fencelab_version INTERFACE)
target_include_directories(fencelab_version INTERFACE $<BUILD_INTERFACE:${FENCELAB_GENERATED_DIR}>)
add_dependencies(fencelab_version fencelab_version_header)
