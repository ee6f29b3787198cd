# `cmake --install`: the program with all it needs when the tree is gone, and its layers as libraries for others.
#
#   bin/fencelab                        the program
#   libexec/fencelab/                   what only it starts or loads
#   share/fencelab/scenarios/           the scenario library
#   share/doc/fencelab/, share/man/     docs and manual pages
#   include/fencelab/core/time.hpp ...  headers; includes are written from there: "core/time.hpp"
#   lib/libfencelab_core.a ...          the layers
#   lib/cmake/fencelab/                 find_package(fencelab): targets fencelab::core ... fencelab::campaign
#   lib/pkgconfig/fencelab.pc           the same for pkg-config
#
# Two components: `program`, and `development` for what others compile and link.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(FENCELAB_HEADER_DIR ${CMAKE_INSTALL_INCLUDEDIR}/fencelab)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/fencelab)

# >>> The program. It finds libexec/ and share/ from where it lies itself, so these two are no options.
install(TARGETS fencelab COMPONENT program)
install(TARGETS fencelab-ranks RUNTIME DESTINATION libexec/fencelab COMPONENT program)
install(TARGETS fencelab-simgrid LIBRARY DESTINATION libexec/fencelab COMPONENT program)
install(DIRECTORY scenarios/library scenarios/campaigns
        DESTINATION share/fencelab/scenarios COMPONENT program
        FILES_MATCHING PATTERN "*.json")
install(FILES scenarios/schema/scenario.schema.json
        DESTINATION share/fencelab/schema COMPONENT program)
install(FILES README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
install(FILES packaging/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)

# Manual pages and completions, as the program itself writes them.
set(pages ${PROJECT_BINARY_DIR}/pages)
add_custom_command(OUTPUT ${pages}/written
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${pages}
  COMMAND fencelab man --out ${pages}/man
  COMMAND fencelab completion bash > ${pages}/fencelab.bash
  COMMAND fencelab completion zsh > ${pages}/_fencelab
  COMMAND fencelab completion fish > ${pages}/fencelab.fish
  COMMAND ${CMAKE_COMMAND} -E touch ${pages}/written
  DEPENDS fencelab COMMENT "Writing manual pages and completions" VERBATIM)
add_custom_target(fencelab_pages ALL DEPENDS ${pages}/written)
install(DIRECTORY ${pages}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
install(FILES ${pages}/fencelab.bash DESTINATION share/bash-completion/completions RENAME fencelab COMPONENT program)
install(FILES ${pages}/_fencelab DESTINATION share/zsh/site-functions COMPONENT program)
install(FILES ${pages}/fencelab.fish DESTINATION share/fish/vendor_completions.d COMPONENT program)
# <<< The program

# >>> The layers
foreach(layer IN ITEMS core simgrid platform models policies scenarios analysis report campaign)
  set_target_properties(fencelab_${layer} PROPERTIES EXPORT_NAME ${layer})
  add_library(fencelab::${layer} ALIAS fencelab_${layer})
  # The headers of all layers lie in one folder: what a layer may see is a rule of this tree only.
  target_include_directories(fencelab_${layer} INTERFACE $<INSTALL_INTERFACE:${FENCELAB_HEADER_DIR}>)
  target_compile_features(fencelab_${layer} INTERFACE $<INSTALL_INTERFACE:cxx_std_20>)
  install(TARGETS fencelab_${layer} EXPORT fencelab
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
endforeach()
set_target_properties(fencelab_version PROPERTIES EXPORT_NAME version)
install(TARGETS fencelab_version EXPORT fencelab)
file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR}
     core/*.hpp models/*.hpp policies/*.hpp scenarios/*.hpp analysis/*.hpp campaign/*.hpp)
foreach(header IN LISTS headers)
  cmake_path(GET header PARENT_PATH folder)
  install(FILES ${header} DESTINATION ${FENCELAB_HEADER_DIR}/${folder} COMPONENT development)
endforeach()
install(FILES ${FENCELAB_GENERATED_DIR}/fencelab/version.hpp
        DESTINATION ${FENCELAB_HEADER_DIR}/fencelab COMPONENT development)
# <<< The layers

# >>> How others find them
install(EXPORT fencelab NAMESPACE fencelab:: FILE fencelab-targets.cmake
        DESTINATION ${package_dir} COMPONENT development)
configure_package_config_file(packaging/fencelab-config.cmake.in ${PROJECT_BINARY_DIR}/packaging/fencelab-config.cmake
                              INSTALL_DESTINATION ${package_dir} PATH_VARS FENCELAB_HEADER_DIR)
# Before 1.0 a minor version may change what programs of others rely on.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/packaging/fencelab-config-version.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/packaging/fencelab-config.cmake
              ${PROJECT_BINARY_DIR}/packaging/fencelab-config-version.cmake
        DESTINATION ${package_dir} COMPONENT development)
# fencelab_add_plugin(), which the config file includes.
install(FILES cmake/FencelabPlugin.cmake DESTINATION ${package_dir} COMPONENT development)

# The prefix is found from where the file lies, so that the installed folder may be moved.
file(RELATIVE_PATH prefix_from_pc /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" prefix_from_pc "${prefix_from_pc}")
configure_file(packaging/fencelab.pc.in ${PROJECT_BINARY_DIR}/packaging/fencelab.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/packaging/fencelab.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
# <<< How others find them

# All that is installed, and no tests.
add_custom_target(installable DEPENDS fencelab fencelab-ranks fencelab-simgrid fencelab_campaign fencelab_pages)
