# find_package(goworld): the target goworld::goworld, as goworld.pc describes it.
find_package(PkgConfig REQUIRED)
set(_goworld_saved_path "$ENV{PKG_CONFIG_PATH}")
set(ENV{PKG_CONFIG_PATH} "${CMAKE_CURRENT_LIST_DIR}/../../pkgconfig:$ENV{PKG_CONFIG_PATH}")
pkg_check_modules(goworld REQUIRED IMPORTED_TARGET GLOBAL goworld)
set(ENV{PKG_CONFIG_PATH} "${_goworld_saved_path}")
if(NOT TARGET goworld::goworld)
  add_library(goworld::goworld ALIAS PkgConfig::goworld)
endif()
