# Debian packages of what cmake/Install.cmake installs, written by cpack (`./dev package`) into build/packages/:
#   fencelab          the program, its data, pages and completions
#   libfencelab-dev   headers, libraries and the files for find_package() and pkg-config
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_CONTACT "The Fencelab authors <maintainers@fencelab.invalid>"
    CACHE STRING "Name and address of who is responsible for the packages")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "simulator of policies for GPU fences and memory")
set(CPACK_STRIP_FILES ON)
# Folders are readable to all, whatever the umask of who makes the package.
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL program development)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME fencelab)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS "libfencelab-dev, graphviz, openmpi-bin")
set(CPACK_DEBIAN_PROGRAM_DESCRIPTION
"Fencelab simulates machines with several GPUs, CPUs and displays, and
compares what happens to deadlocks, latency and over-synchronisation if
fences and GPU memory are managed by one policy instead of another. A library
of scenarios, most of them known trouble of drivers, comes with it.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libfencelab-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS
    "fencelab (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})"
    libboost-dev libfmt-dev nlohmann-json3-dev libvalijson-dev libpugixml-dev libsimdjson-dev libsqlite3-dev
    libsimgrid-dev libtracecmd-dev libtracefs-dev libtraceevent-dev pkg-config)
list(JOIN CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS ", " CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS)
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION
"Headers and static libraries of the layers of Fencelab, with the files by
which CMake and pkg-config find them: for policies of one's own, and for
programs that run scenarios.")

set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/packaging/debian_layout.cmake)
set(CPACK_FENCELAB_CHANGELOG ${PROJECT_SOURCE_DIR}/CHANGELOG.md)
include(CPack)
