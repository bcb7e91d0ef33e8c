# Completion for fish: commands, options, server directories. `goworld completion fish` prints it.

# Folders with a goworld.ini, and those on the way to one.
function __goworld_dirs
    for dir in (__fish_complete_directories (commandline -ct) | string replace -r '\t.*' '')
        if test -e $dir/goworld.ini; or count $dir/*/goworld.ini $dir/*/*/goworld.ini >/dev/null
            echo $dir
        end
    end
end

function __goworld_word -a number
    set -l words
    set -l skip no
    for word in (commandline -opc)[2..-1]
        if test $skip = yes
            set skip no
        else if string match -qr -- '^--?(configfile|game|user)$' $word
            set skip yes
        else if not string match -q -- '-*' $word
            set -a words $word
        end
    end
    echo $words[$number]
end

function __goworld_has -a count
    test (count (string split -n ' ' -- "$(__goworld_word 1) $(__goworld_word 2) $(__goworld_word 3)")) = $count
end

complete -c goworld -f
@described_options@
@described_commands@
@described_words@
complete -c goworld -n '__goworld_has 1; and contains (__goworld_word 1) @commands@' -a '(__goworld_dirs)'
complete -c goworld -n '__goworld_has 1; and test (__goworld_word 1) = help' -a '@commands@ @words@ @roles@'
complete -c goworld -n '__goworld_has 1; and test (__goworld_word 1) = completion' -a '@shells@'
complete -c goworld -n '__goworld_has 1; and test (__goworld_word 1) = manual' -a '@pages@'
complete -c goworld -n '__goworld_has 2; and test (__goworld_word 1) = units' -a '(__fish_complete_directories (commandline -ct))'
complete -c goworld -n '__goworld_has 2; and test (__goworld_word 1) = config' -a '(goworld config (__goworld_word 2) 2>/dev/null | string replace -rf "^\[(.*)\]\$" "\$1")'
