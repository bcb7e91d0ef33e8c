# Puts files into the program: gw_embed makes a C source of them that the module is built with.

# The files become `const struct embedded_file SYMBOL[]` (src/host/embedded.h), which ends with a NULL name; the others are
# the files' paths from `folder`.
function(gw_embed module symbol folder)
  if(NOT TARGET gw_${module} OR NOT ARGN)
    return()
  endif()
  set(source "${PROJECT_BINARY_DIR}/embedded/${symbol}.c")
  add_custom_command(
    OUTPUT "${source}"
    COMMAND "${CMAKE_COMMAND}" "-DSYMBOL=${symbol}" "-DOUTPUT=${source}" "-DFOLDER=${folder}" "-DFILES=${ARGN}"
            -P "${PROJECT_SOURCE_DIR}/cmake/EmbedFiles.cmake"
    DEPENDS ${ARGN} "${PROJECT_SOURCE_DIR}/cmake/EmbedFiles.cmake"
    COMMENT "Embedding ${symbol}"
    VERBATIM)
  target_sources(gw_${module} PRIVATE "${source}")
endfunction()
