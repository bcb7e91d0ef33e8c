# find_package(goworld): the targets goworld::goworld, as goworld.pc describes it, goworld::sim for tests, and
# goworld::client for programs that are clients.
find_package(PkgConfig REQUIRED)
set(_goworld_saved_path "$ENV{PKG_CONFIG_PATH}")
set(ENV{PKG_CONFIG_PATH} "${CMAKE_CURRENT_LIST_DIR}/../../pkgconfig:$ENV{PKG_CONFIG_PATH}")
pkg_check_modules(goworld REQUIRED IMPORTED_TARGET GLOBAL goworld)
pkg_check_modules(goworld_sim REQUIRED IMPORTED_TARGET GLOBAL goworld_sim)
pkg_check_modules(goworld_client REQUIRED IMPORTED_TARGET GLOBAL goworld_client)
set(ENV{PKG_CONFIG_PATH} "${_goworld_saved_path}")
if(NOT TARGET goworld::goworld)
  add_library(goworld::goworld ALIAS PkgConfig::goworld)
  add_library(goworld::sim ALIAS PkgConfig::goworld_sim)
  add_library(goworld::client ALIAS PkgConfig::goworld_client)
endif()
