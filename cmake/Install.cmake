# What `make install` puts where, and goworld.pc, from which `goworld build` learns how to link a game.
function(gw_pkgconfig file prefix includedir libdir)
  configure_file("${PROJECT_SOURCE_DIR}/cmake/goworld.pc.in" "${file}" @ONLY)
endfunction()

gw_pkgconfig("${PROJECT_BINARY_DIR}/goworld.pc" "${PROJECT_SOURCE_DIR}" "\${prefix}/include" "${PROJECT_BINARY_DIR}")
# The installed one finds its prefix from where it lies, so that an installed tree can be moved.
gw_pkgconfig("${PROJECT_BINARY_DIR}/install/goworld.pc" "\${pcfiledir}/../.." "\${prefix}/include" "\${prefix}/lib")

install(DIRECTORY include/goworld DESTINATION include FILES_MATCHING PATTERN "*.h" PATTERN "*.inl")
install(FILES "${PROJECT_BINARY_DIR}/install/goworld.pc" DESTINATION lib/pkgconfig)
install(FILES cmake/goworldConfig.cmake DESTINATION lib/cmake/goworld)
install(FILES LICENSE README.md DESTINATION share/doc/goworld)
if(TARGET goworld)
  install(TARGETS goworld ARCHIVE DESTINATION lib)
endif()
if(TARGET goworld_command)
  install(TARGETS goworld_command RUNTIME DESTINATION bin)
endif()
