#!/usr/bin/env bash
# Checks that what tests/api/misuse does wrongly does not compile, and that it fails for that reason.
# Every file must compile as it is, without a warning, and must not with MISUSE defined: with the
# project's own warnings, and with the flags that `goworld build` gives to a game. A file whose second
# line says `warned` instead of `misuse` is refused by the former only. Runs with each of gcc and clang
# that is installed, or with the compilers named: `misuse.sh [COMPILER...]`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
failures=0

fail() {
    echo "misuse: $1" >&2
    failures=$((failures + 1))
}

# What game.mk compiles with, when the environment says nothing else.
game_flags() {
    env -u CFLAGS -u MAKEFLAGS make -s --no-print-directory -C / -f - GOWORLD_CFLAGS= GOWORLD_LIBS= show <<EOF
include $here/../../cmake/game.mk
show: ; @echo \$(CFLAGS) \$(promised)
EOF
}

compile() { # SOURCE [FLAG...]
    local source=$1
    shift
    LC_ALL=C "$compiler" "${flags[@]}" -I "$here/../../include" "$@" -c "$source" -o /dev/null 2>&1
}

check() { # SOURCE; with $compiler and $flags
    local source=$1 expected output kind
    kind=$(sed -nE '2s,^/\* (misuse|warned): .*,\1,p' "$source")
    expected=$(sed -nE '2s,^/\* (misuse|warned): (.*) \*/$,\2,p' "$source")
    [[ $expected ]] || { fail "$source does not say what the compiler says"; return; }
    if ! output=$(compile "$source") || [[ $output ]]; then
        fail "$compiler ${flags[*]} does not like the right use in $source: $output"
    fi
    [[ $kind == misuse || $flags_of == project ]] || return 0
    if output=$(compile "$source" -DMISUSE); then
        fail "$compiler ${flags[*]} takes the wrong use in $source"
    elif ! grep -Eq "error: .*($expected)" <<<"$output"; then
        fail "$compiler ${flags[*]} refuses $source for another reason than '$expected': $output"
    fi
}

compilers=("$@")
[[ $# -gt 0 ]] || mapfile -t compilers < <(type -P gcc clang)
[[ ${#compilers[@]} -gt 0 ]] || fail "there is neither gcc nor clang"
for compiler in ${compilers[@]+"${compilers[@]}"}; do
    for flags_of in project game; do
        flags=(-std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Wmissing-prototypes -Werror)
        [[ $flags_of == project ]] || read -ra flags < <(game_flags)
        for source in "$here"/misuse/*.c; do
            check "$source"
        done
    done
done
exit $((failures > 0))
