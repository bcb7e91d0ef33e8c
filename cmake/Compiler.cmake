# The C dialect, warnings and instrumentation that every target is built with.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}")
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Kind of build" FORCE)
endif()

find_program(GW_CCACHE ccache)
if(GW_CCACHE AND NOT CMAKE_C_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER "${GW_CCACHE}")
endif()

add_compile_definitions(_GNU_SOURCE)
add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes)
if(GW_WERROR)
  add_compile_options(-Werror)
endif()
# A function may be inlined into other files although it could be replaced when the program is loaded: nobody does that.
add_compile_options(-fno-semantic-interposition)
add_link_options(-rdynamic)

# What a game has to be linked with besides the library, so that goworld.pc can say it.
set(GW_GAME_CFLAGS "")
set(GW_GAME_LDFLAGS "-rdynamic")

if(GW_SANITIZE)
  set(sanitize -fsanitize=${GW_SANITIZE} -fno-omit-frame-pointer)
  if(GW_SANITIZE MATCHES "undefined")
    list(APPEND sanitize -fno-sanitize-recover=undefined)
  endif()
  add_compile_options(${sanitize})
  add_link_options(${sanitize})
  list(JOIN sanitize " " sanitize_text)
  string(APPEND GW_GAME_CFLAGS " ${sanitize_text}")
  string(APPEND GW_GAME_LDFLAGS " -fsanitize=${GW_SANITIZE}")
endif()

if(GW_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "GW_FUZZ needs clang: set CMAKE_C_COMPILER=clang")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(GW_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
  string(APPEND GW_GAME_LDFLAGS " --coverage")
endif()

if(GW_LTO)
  # Fat objects: a game may be linked by a compiler that cannot read this one's intermediate code.
  add_compile_options(-flto=auto $<$<C_COMPILER_ID:GNU>:-ffat-lto-objects>)
  add_link_options(-flto=auto)
endif()
