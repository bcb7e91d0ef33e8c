# Run by the build for gw_embed: writes FILES, named from FOLDER, as C arrays and a table of them to OUTPUT.
set(arrays "")
set(rows "")
set(index 0)
foreach(file IN LISTS FILES)
  cmake_path(RELATIVE_PATH file BASE_DIRECTORY "${FOLDER}" OUTPUT_VARIABLE name)
  file(READ "${file}" hex HEX)
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(APPEND arrays "static const unsigned char file_${index}[] = {${bytes}0};\n")
  string(APPEND rows "    {\"${name}\", file_${index}, ${size}},\n")
  math(EXPR index "${index} + 1")
endforeach()
file(WRITE "${OUTPUT}"
  "#include \"host/embedded.h\"\n\nextern const struct embedded_file ${SYMBOL}[];\n\n${arrays}\n"
  "const struct embedded_file ${SYMBOL}[] = {\n${rows}    {0, 0, 0},\n};\n")
