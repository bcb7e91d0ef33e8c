# The libraries the engine stands on, as the one target gw_deps.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(LIBUV REQUIRED IMPORTED_TARGET libuv)
pkg_check_modules(SQLITE3 REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
find_path(MSGPUCK_INCLUDE msgpuck.h REQUIRED)
find_library(MSGPUCK_LIBRARY msgpuck REQUIRED)
find_path(UTHASH_INCLUDE uthash.h REQUIRED)

add_library(gw_deps INTERFACE)
target_include_directories(gw_deps SYSTEM INTERFACE ${MSGPUCK_INCLUDE} ${UTHASH_INCLUDE})
target_link_libraries(gw_deps INTERFACE
  PkgConfig::LIBUV PkgConfig::SQLITE3 PkgConfig::SODIUM ${MSGPUCK_LIBRARY} Threads::Threads m)
set(GW_DEPS_LIBS "-luv -lsqlite3 -lsodium -lmsgpuck -lpthread -lm")
