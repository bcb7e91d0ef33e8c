# What `make deb` packs: the installed tree under /usr, as goworld_VERSION_ARCH.deb.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME goworld)
set(CPACK_PACKAGE_CONTACT "GoWorld in C maintainers")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DESCRIPTION "The command goworld makes, builds, starts and watches the servers of a game that is
written in C. Players, monsters and NPCs are entities, spread over processes and
machines; clients see their attributes and call their methods.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
# A game is compiled and linked where the package is installed; the libraries' -dev packages bring what the command itself
# needs to run.
set(CPACK_DEBIAN_PACKAGE_DEPENDS
  "gcc | c-compiler, libc6-dev, make, pkg-config | pkgconf, libuv1-dev, libsqlite3-dev, libsodium-dev, libmsgpuck-dev")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "cmake, gdb")
include(CPack)
