#compdef goworld
# Completion for zsh: commands, options, server directories. `goworld completion zsh` prints it.

# Folders with a goworld.ini, and those on the way to one; all folders if there are none.
_goworld_dirs() {
    local dir
    local -a found below
    for dir in $PREFIX*(-/N); do
        below=($dir/{,*/,*/*/}goworld.ini(N))
        (($#below)) && found+=($dir)
    done
    compadd -S / -q -- $found || _files -/
}

_goworld() {
    local -a commands words_alone roles
    local state line
    commands=(
@described_commands@
    )
    words_alone=(
@described_words@
    )
    roles=(
@described_roles@
    )
    _arguments \
@described_options@
        '1:command:->command' '2:argument:->argument' '3:section:->section'
    case $state:$line[1] in
    command:*)
        _describe command commands
        _describe word words_alone
        ;;
    argument:help)
        _describe command commands
        _describe word words_alone
        _describe role roles
        ;;
    argument:completion) _values shell @shells@ ;;
    argument:manual) _values page @pages@ ;;
    argument:version) ;;
    argument:new) _files -/ ;;
    argument:*) _goworld_dirs ;;
    section:units) _files -/ ;;
    section:config) _values section $(goworld config $line[2] 2>/dev/null | sed -n 's/^\[\([a-z_]*[0-9]*\)\]$/\1/p') ;;
    esac
}

_goworld "$@"
