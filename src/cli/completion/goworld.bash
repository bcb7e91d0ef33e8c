# Completion for bash: commands, options, server directories. `goworld completion bash` prints it.

# Folders with a goworld.ini, and those on the way to one; all folders if there are none.
_goworld_dirs() {
    local dir path
    while IFS= read -r dir; do
        path=${dir/#\~/$HOME}
        if [[ -e $path/goworld.ini ]]; then
            COMPREPLY+=("$dir")
        elif compgen -G "$path/*/goworld.ini" >/dev/null || compgen -G "$path/*/*/goworld.ini" >/dev/null; then
            COMPREPLY+=("$dir/")
        fi
    done < <(compgen -d -- "$1")
    ((${#COMPREPLY[@]})) || mapfile -t COMPREPLY < <(compgen -d -S / -- "$1")
    if [[ ${#COMPREPLY[@]} = 1 && ${COMPREPLY[0]} = */ ]]; then
        compopt -o nospace 2>/dev/null
    fi
}

_goworld_inis() {
    mapfile -t COMPREPLY < <(compgen -f -X '!*.ini' -- "$1"; compgen -d -S / -- "$1")
    compopt -o nospace 2>/dev/null
}

_goworld() {
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local words=() offered= i
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        -configfile | --configfile | -game | --game | -user | --user) ((i++)) ;;
        -*) ;;
        *) words+=("${COMP_WORDS[i]}") ;;
        esac
    done
    case $before:${#words[@]}:${words[0]} in
    -configfile:* | --configfile:*) _goworld_inis "$current" ;;
    -game:* | --game:*) ;;
    -user:* | --user:*) mapfile -t COMPREPLY < <(compgen -u -- "$current") ;;
    *:0:) offered="@commands@ @words@" ;;
    *:1:help) offered="@commands@ @words@ @roles@" ;;
    *:1:completion) offered="@shells@" ;;
    *:1:manual) offered="@pages@" ;;
    *:1:version) ;;
    *:1:new) mapfile -t COMPREPLY < <(compgen -d -S / -- "$current") ;;
    *:1:*) [[ $current = -* ]] || _goworld_dirs "$current" ;;
    *:2:units) mapfile -t COMPREPLY < <(compgen -d -S / -- "$current") ;;
    *:2:config) offered=$(goworld config "${words[1]}" 2>/dev/null | sed -n 's/^\[\([a-z_]*[0-9]*\)\]$/\1/p') ;;
    esac
    if [[ $current = -* ]]; then
        offered="@options@"
    fi
    [[ -z $offered ]] || mapfile -t COMPREPLY < <(compgen -W "$offered" -- "$current")
}

complete -F _goworld goworld
