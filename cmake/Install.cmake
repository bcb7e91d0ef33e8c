# What `make install` puts where. The build folder has the same layout, so that `goworld build` finds what a game needs
# (goworld.pc, game.mk, CMake's package) relative to the command in both.
set(share share/goworld)
set(pkgconfig lib/pkgconfig)
set(package lib/cmake/goworld)

function(gw_pkgconfig folder name prefix libdir)
  configure_file("${PROJECT_SOURCE_DIR}/cmake/goworld.pc.in" "${folder}/${name}.pc" @ONLY)
endfunction()

foreach(library goworld goworld_sim)
  gw_pkgconfig("${PROJECT_BINARY_DIR}/${pkgconfig}" ${library} "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}")
  # The installed one finds its prefix from where it lies, so that an installed tree can be moved.
  gw_pkgconfig("${PROJECT_BINARY_DIR}/install" ${library} "\${pcfiledir}/../.." "\${prefix}/lib")
  install(FILES "${PROJECT_BINARY_DIR}/install/${library}.pc" DESTINATION ${pkgconfig})
endforeach()
configure_file(cmake/game.mk "${PROJECT_BINARY_DIR}/${share}/game.mk" COPYONLY)
configure_file(cmake/goworldConfig.cmake "${PROJECT_BINARY_DIR}/${package}/goworldConfig.cmake" COPYONLY)

include(CMakePackageConfigHelpers)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/${package}/goworldConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)

install(DIRECTORY include/goworld DESTINATION include FILES_MATCHING PATTERN "*.h" PATTERN "*.inl")
install(FILES cmake/goworldConfig.cmake "${PROJECT_BINARY_DIR}/${package}/goworldConfigVersion.cmake"
  DESTINATION ${package})
install(FILES cmake/game.mk DESTINATION ${share})
install(DIRECTORY clients/js/ DESTINATION ${share}/js PATTERN "test" EXCLUDE)
# The documents lie to each other as in the source tree, so that their links work.
set(doc share/doc/goworld)
install(FILES LICENSE README.md CHANGELOG.md CONTRIBUTING.md DESTINATION ${doc})
install(FILES bench/README.md DESTINATION ${doc}/bench OPTIONAL)
install(DIRECTORY docs DESTINATION ${doc})
# What `make docs` has made of the headers.
install(DIRECTORY "${PROJECT_SOURCE_DIR}/build/docs/reference" DESTINATION ${doc}/docs OPTIONAL)
install(DIRECTORY clients/js DESTINATION ${doc}/clients PATTERN "test" EXCLUDE)
# Without what a server that ran there has left.
foreach(example chatroom_demo starter unity_demo)
  install(DIRECTORY examples/${example} DESTINATION ${doc}/examples
    PATTERN "run" EXCLUDE PATTERN ".obj" EXCLUDE REGEX "/${example}/${example}$" EXCLUDE)
endforeach()
if(TARGET goworld)
  install(TARGETS goworld goworld_sim ARCHIVE DESTINATION lib)
endif()
if(TARGET goworld_command)
  install(TARGETS goworld_command RUNTIME DESTINATION bin)
endif()
