# Turns the folders of src/ into libraries, and those into libgoworld.a, the command and the examples.

# A module whose folder is missing or empty is left out, so that the tree builds at every stage.
function(gw_module name)
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/${name}/*.c")
  list(REMOVE_ITEM sources "${PROJECT_SOURCE_DIR}/src/cli/main.c")
  if(NOT sources)
    return()
  endif()
  add_library(gw_${name} STATIC ${sources})
  target_include_directories(gw_${name} PUBLIC "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(gw_${name} PUBLIC gw_deps)
  foreach(lower IN LISTS ARGN)
    if(TARGET gw_${lower})
      target_link_libraries(gw_${name} PUBLIC gw_${lower})
    endif()
  endforeach()
  set_property(GLOBAL APPEND PROPERTY GW_MODULES ${name})
endfunction()

# lib<name>.a is one object in which only the names that match `keep` are visible, so that no function of a program can
# meet one of ours.
function(gw_join name keep objects)
  set(lto "")
  if(GW_LTO)
    set(lto -O3 -g -flto=auto -flinker-output=nolto-rel)
  endif()
  set(joined "${PROJECT_BINARY_DIR}/${name}_joined.o")
  set(object "${PROJECT_BINARY_DIR}/${name}.o")
  add_custom_command(OUTPUT "${object}" BYPRODUCTS "${joined}"
    COMMAND ${CMAKE_C_COMPILER} -r -nostdlib ${lto} -o "${joined}" ${objects}
    COMMAND ${CMAKE_OBJCOPY} --wildcard "--keep-global-symbol=${keep}" "${joined}" "${object}"
    DEPENDS ${objects} COMMAND_EXPAND_LISTS VERBATIM COMMENT "Joining the modules of ${name}, hiding their names")
  add_library(${name} STATIC "${object}")
  set_source_files_properties("${object}" PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
  set_target_properties(${name} PROPERTIES LINKER_LANGUAGE C)
endfunction()

# lib<name>.a holds every module declared so far: libgoworld.a all that a game links, libgoworld_sim.a the simulator as
# well; since each hides its names, neither could be built upon the other.
function(gw_library name)
  get_property(modules GLOBAL PROPERTY GW_MODULES)
  if(NOT modules)
    return()
  endif()
  set(objects "")
  foreach(module IN LISTS modules)
    list(APPEND objects $<TARGET_OBJECTS:gw_${module}>)
  endforeach()
  gw_join(${name} "gw_*" "${objects}")
  target_include_directories(${name} PUBLIC "${PROJECT_SOURCE_DIR}/include")
  target_link_libraries(${name} PUBLIC gw_deps)
endfunction()

function(gw_command)
  set(main "${PROJECT_SOURCE_DIR}/src/cli/main.c")
  if(NOT EXISTS "${main}" OR NOT TARGET gw_cli)
    return()
  endif()
  add_executable(goworld_command "${main}")
  target_compile_definitions(gw_cli PRIVATE GW_VERSION="${PROJECT_VERSION}")
  target_link_libraries(goworld_command PRIVATE gw_cli)
  set_target_properties(goworld_command PROPERTIES OUTPUT_NAME goworld)
  gw_printed(share/man/man1/goworld.1 manual goworld.1)
  gw_printed(share/man/man5/goworld.ini.5 manual goworld.ini.5)
  gw_printed(share/bash-completion/completions/goworld completion bash)
  gw_printed(share/zsh/site-functions/_goworld completion zsh)
  gw_printed(share/fish/vendor_completions.d/goworld.fish completion fish)
  get_property(printed GLOBAL PROPERTY GW_PRINTED)
  add_custom_target(goworld_printed ALL DEPENDS ${printed})
endfunction()

# What the command prints becomes a file of the build folder, which is installed at the same place.
function(gw_printed file)
  cmake_path(GET file PARENT_PATH folder)
  file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/${folder}")
  add_custom_command(OUTPUT "${PROJECT_BINARY_DIR}/${file}"
    COMMAND goworld_command ${ARGN} > "${PROJECT_BINARY_DIR}/${file}"
    DEPENDS goworld_command COMMENT "Printing ${file}")
  set_property(GLOBAL APPEND PROPERTY GW_PRINTED "${PROJECT_BINARY_DIR}/${file}")
  # Debian's zsh looks below /usr in a folder of its own.
  install(CODE "
    set(folder \"${folder}\")
    if(CMAKE_INSTALL_PREFIX STREQUAL \"/usr\")
      string(REPLACE zsh/site-functions zsh/vendor-completions folder \"${folder}\")
    endif()
    file(INSTALL DESTINATION \"\${CMAKE_INSTALL_PREFIX}/\${folder}\" TYPE FILE FILES \"${PROJECT_BINARY_DIR}/${file}\")")
endfunction()

# A server directory is a folder with a goworld.ini; compiled here only to see that it compiles.
function(gw_examples)
  if(NOT TARGET goworld)
    return()
  endif()
  file(GLOB inis CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/examples/*/goworld.ini")
  foreach(ini IN LISTS inis)
    cmake_path(GET ini PARENT_PATH folder)
    cmake_path(GET folder FILENAME name)
    file(GLOB sources CONFIGURE_DEPENDS "${folder}/*.c")
    if(sources AND TARGET gw_game)
      add_executable(example_${name} ${sources})
      target_link_libraries(example_${name} PRIVATE goworld)
      set_target_properties(example_${name} PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/examples/${name}" OUTPUT_NAME ${name})
    endif()
  endforeach()
endfunction()
