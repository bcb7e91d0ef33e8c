#!/bin/sh
# Compiles header.c as C11 and as C++11 with the compiler named, without a warning; both have to ask for the same names.
set -eu
folder=$(cd "$(dirname "$0")/.." && pwd)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for language in c c++; do
    "$1" -x $language -std=${language}11 -pedantic -Wall -Wextra -Wshadow -Wconversion -Werror -O1 \
        -I"$folder/include" -c "$folder/test/header.c" -o "$out/$language.o"
    nm "$out/$language.o" | grep -o '[TU] .*\(gwc_\|use_\).*' >"$out/$language.names"
done
cmp "$out/c.names" "$out/c++.names"
