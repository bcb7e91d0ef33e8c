#!/usr/bin/env bash
# Checks that what tests/api/misuse does wrongly does not compile, and that it fails for that reason.
# Every file must compile as it is and must not with MISUSE defined, by each of gcc and clang that is
# installed, or by the compilers named: `misuse.sh [COMPILER...]`.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
flags=(-std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Wmissing-prototypes -Werror -c -o /dev/null
       -I "$here/../../include")
failures=0

fail() {
    echo "misuse: $1" >&2
    failures=$((failures + 1))
}

check() {
    local compiler=$1 source=$2 expected output
    expected=$(sed -n '2s,^/\* misuse: \(.*\) \*/$,\1,p' "$source")
    [[ $expected ]] || { fail "$source does not say what the compiler says"; return; }
    output=$(LC_ALL=C "$compiler" "${flags[@]}" "$source" 2>&1) ||
        fail "$compiler refuses the right use in $source: $output"
    if output=$(LC_ALL=C "$compiler" "${flags[@]}" -DMISUSE "$source" 2>&1); then
        fail "$compiler takes the wrong use in $source"
    elif ! grep -Eq "error: .*($expected)" <<<"$output"; then
        fail "$compiler refuses $source for another reason than '$expected': $output"
    fi
}

compilers=("$@")
[[ $# -gt 0 ]] || mapfile -t compilers < <(type -P gcc clang)
[[ ${#compilers[@]} -gt 0 ]] || fail "there is neither gcc nor clang"
for compiler in ${compilers[@]+"${compilers[@]}"}; do
    for source in "$here"/misuse/*.c; do
        check "$compiler" "$source"
    done
done
exit $((failures > 0))
