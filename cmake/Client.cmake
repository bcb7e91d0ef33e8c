# The C client library: the module gw_client for tests, libgoworld_client.a for programs, its example.
set(client_folder "${PROJECT_SOURCE_DIR}/clients/c")

# What the library takes of the lower modules: nothing that needs libuv or a database.
set(client_parts
  src/base/assert src/base/buf src/base/err src/base/hash src/base/id src/base/idmap
  src/wire/messages src/wire/msgpack src/wire/reader src/wire/writer
  src/net/address src/net/frame src/net/http_parse src/net/sha1 src/net/ws src/net/ws_handshake)

function(gw_client_library)
  file(GLOB sources CONFIGURE_DEPENDS "${client_folder}/client/*.c")
  add_library(gw_client STATIC ${sources})
  target_include_directories(gw_client PUBLIC "${client_folder}/include" "${client_folder}")
  target_link_libraries(gw_client PUBLIC gw_net)
  set_property(GLOBAL APPEND PROPERTY GW_MODULES client)

  list(JOIN client_parts "|" parts)
  set(objects $<TARGET_OBJECTS:gw_client>)
  foreach(module IN ITEMS base wire net)
    list(APPEND objects "$<FILTER:$<TARGET_OBJECTS:gw_${module}>,INCLUDE,/(${parts})\\.c\\.o$>")
  endforeach()
  gw_join(goworld_client "gwc_*" "${objects}")
  target_include_directories(goworld_client PUBLIC "${client_folder}/include")
  target_link_libraries(goworld_client PUBLIC ${MSGPUCK_LIBRARY} m)

  file(GLOB examples CONFIGURE_DEPENDS "${client_folder}/example/*.c")
  foreach(example IN LISTS examples)
    cmake_path(GET example STEM name)
    add_executable(client_${name} "${example}")
    target_link_libraries(client_${name} PRIVATE goworld_client)
    set_target_properties(client_${name} PROPERTIES
      C_STANDARD 11 RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/examples/client" OUTPUT_NAME ${name})
  endforeach()
endfunction()

# The header in C11 and C++11, by a compiler that knows both without another package.
function(gw_client_tests)
  find_program(GW_CLANG clang REQUIRED)
  add_test(NAME client.header COMMAND "${client_folder}/test/header.sh" "${GW_CLANG}")
endfunction()

# After Install: goworld_client.pc is made as goworld.pc is.
function(gw_client_install)
  set(PROJECT_DESCRIPTION "A client of GoWorld servers")
  set(GW_DEPS_LIBS "-lmsgpuck -lm")
  string(REPLACE "-rdynamic" "" GW_GAME_LDFLAGS "${GW_GAME_LDFLAGS}")
  gw_pkgconfig("${PROJECT_BINARY_DIR}/${pkgconfig}" goworld_client "${client_folder}" "${PROJECT_BINARY_DIR}")
  gw_pkgconfig("${PROJECT_BINARY_DIR}/install" goworld_client "\${pcfiledir}/../.." "\${prefix}/lib")
  install(FILES "${PROJECT_BINARY_DIR}/install/goworld_client.pc" DESTINATION ${pkgconfig})
  install(FILES "${client_folder}/include/goworld_client.h" DESTINATION include)
  install(TARGETS goworld_client ARCHIVE DESTINATION lib)
  install(DIRECTORY clients/c DESTINATION ${doc}/clients PATTERN "client" EXCLUDE PATTERN "test" EXCLUDE)
endfunction()
