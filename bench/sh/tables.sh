# Tables: what bench/run has found, as Markdown. Sourced by bench/run.
# shellcheck shell=bash disable=SC2154

# median ROW SIDE KEY
median() {
    awk -v row="$1" -v side="$2" -v key="$3" '$1 == row && $2 == side {
        for (i = 3; i <= NF; i++) if (index($i, key "=") == 1) print substr($i, length(key) + 2) }' "$results" |
        sort -g | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'
}

calc() { awk "BEGIN { printf \"$1\", $2 }"; }

# verdict VALUE OP LIMIT: what stands in the last column.
verdict() { awk "BEGIN { print ($1 $2 $3) ? \"reached\" : \"MISSED\" }"; }

us() { calc '%.1f us' "$1 / 1e3"; }
per_second() { calc '%.2f M/s' "$1 / 1e6"; }
ms() { calc '%.1f ms' "$1 / 1e6"; }

# print_ratio WHAT ROW OURS FLOOR KEY FORMAT OP LIMIT
print_ratio() {
    local a b ratio
    a=$(median "$2" "$3" "$5") b=$(median "$2" "$4" "$5")
    ratio=$(calc %.2f "$a / $b")
    echo "| $1 | $($6 "$a") | $($6 "$b") | $ratio | $7 $8 | $(verdict "$ratio" "$7" "$8") |"
}

# A smoke run has no field of 10,000.
print_walk_goals() {
    local a
    a=$(median moves 10000_in_2000 ns_move)
    [ -z "$a" ] || echo "| a move of one of 10,000 entities in 2,000 x 2,000, hooks included | $a ns | | | <= 1,000 ns | $(verdict "$a" '<=' 1000) |"
    a=$(median aoi 10000_in_2000 ns_event)
    [ -z "$a" ] || echo "| area of interest alone: an entity begins or ceases to see another | $a ns | | | <= 50 ns | $(verdict "$a" '<=' 50) |"
    a=$(median field game cpus)
    echo "| $movers clients move in 2,000 x 2,000, 10 moves a second each: CPUs of all processes | $a | | | <= 0.24 | $(verdict "$a" '<=' 0.24) |"
    a=$(median crowd game p50_ns)
    echo "| $crowd clients who all see each other, 10 moves a second each: p50 | $(calc '%.0f ms' "$a / 1e6") | | | <= 150 ms | $(verdict "$a" '<=' 150e6) |"
}

# print_reload_goal ENTITIES LIMIT_MS
print_reload_goal() {
    local a
    a=$(median "reload_$1" calls gap_ns)
    echo "| reload of a game beside $1 entities and $savers that are being saved: longest time without an echo |" \
        "$(ms "$a") | | | <= $2 ms | $(verdict "$a" '<=' "$2e6") |"
}

print_goals() {
    local a
    echo "| what | ours | floor | ours / floor | goal | |"
    echo "|---|---|---|---|---|---|"
    print_ratio "echo, 1 client, one at a time, all on one CPU: p50" single game relay p50_ns us '<=' 1.5
    print_ratio "echo, $clients clients x $outstanding outstanding: rate" many game relay rate per_second '>=' 0.5
    print_ratio "chat to $hearers clients, $said messages outstanding: deliveries" chat game fanout rate per_second '>=' 0.5
    print_ratio "call and answer between entities of two games, one pair, all on one CPU: p50" \
        ask calls calls_floor p50_ns us '<=' 1.5
    print_ratio "one-way calls between entities of two games, $pairs pairs: rate" \
        oneway calls calls_floor rate per_second '>=' 0.4
    a=$(median local calls rate)
    echo "| calls between entities of one game: rate | $(per_second "$a") | | | >= 5 M/s | $(verdict "$a" '>=' 5e6) |"
    print_walk_goals
    print_reload_goal "${crowds[0]}" 50
    print_reload_goal "${crowds[1]}" 300
    a=$(median idle game rss_gate_bytes)
    echo "| idle client in the gate (RSS slope, $idle_from to $idle_to) | $a B | | | <= 2048 B | $(verdict "$a" '<=' 2048) |"
    a=$(median fill calls rss_game1_bytes)
    echo "| idle entity in its game (the same) | $a B | | | <= 400 B | $(verdict "$a" '<=' 400) |"
    a=$(median fill calls rss_dispatcher_bytes)
    echo "| idle entity in the dispatcher (RSS slope, $fill_from to $fill_to) | $a B | | | <= 64 B | $(verdict "$a" '<=' 64) |"
}

# print_cpu_row ROW SIDE WHAT NAME...
print_cpu_row() {
    local row=$1 side=$2 what=$3 name value sum=0 cells=
    shift 3
    for name in "$@"; do
        value=$(median "$row" "$side" "cpu_${name}_ns")
        sum=$((sum + value))
        cells+=" $value |"
    done
    echo "| $what |$cells $sum |"
}

print_cpu() {
    local names="client gate dispatcher game"
    echo "| CPU ns per echo or delivery | client | gate | dispatcher | game | all |"
    echo "|---|---|---|---|---|---|"
    # shellcheck disable=SC2086
    {
        print_cpu_row single game "echo, 1 client, ours" $names
        print_cpu_row single relay "echo, 1 client, floor" $names
        print_cpu_row many game "echo, $clients x $outstanding, ours" $names
        print_cpu_row many relay "echo, $clients x $outstanding, floor" $names
        print_cpu_row chat game "chat, ours" $names
        print_cpu_row chat fanout "chat, floor" $names
    }
    echo
    names="game1 dispatcher game2"
    echo "| CPU ns per call | game 1 | dispatcher | game 2 | all |"
    echo "|---|---|---|---|---|"
    # shellcheck disable=SC2086
    {
        print_cpu_row ask calls "call and answer, ours" $names
        print_cpu_row ask calls_floor "call and answer, floor" $names
        print_cpu_row oneway calls "one-way, ours" $names
        print_cpu_row oneway calls_floor "one-way, floor" $names
        print_cpu_row local calls "within one game" $names
    }
}

# print_latency_row ROW SIDE WHAT
print_latency_row() {
    local key cells=
    for key in p50_ns p90_ns p99_ns max_ns; do
        cells+=" $(calc %.1f "$(median "$1" "$2" $key) / 1e3") |"
    done
    echo "| $3 |$cells $(median "$1" "$2" rate) |"
}

print_latency() {
    echo "| latency in us | p50 | p90 | p99 | max | per second |"
    echo "|---|---|---|---|---|---|"
    print_latency_row single game "echo, 1 client, ours"
    print_latency_row single relay "echo, 1 client, floor"
    print_latency_row many game "echo, $clients x $outstanding, ours"
    print_latency_row many relay "echo, $clients x $outstanding, floor"
    print_latency_row chat game "chat, ours"
    print_latency_row chat fanout "chat, floor"
    print_latency_row ask calls "call and answer, ours"
    print_latency_row ask calls_floor "call and answer, floor"
}

# print_stalled_row ROW WHAT
print_stalled_row() {
    local key cells=
    for key in p50_ns p99_ns max_ns; do
        cells+=" $(calc %.1f "$(median "$1" game $key) / 1e6") |"
    done
    cells+=" $(median "$1" game rate) | $(calc %.1f "$(median "$1" game rss_gate_bytes) / 1048576") |"
    echo "| $2 |$cells $(median "$1" game closed) |"
}

print_stalled() {
    echo "| chat of $hearers clients, 200 bytes a message | p50 ms | p99 ms | max ms | deliveries/s | MiB of the gate | closed |"
    echo "|---|---|---|---|---|---|---|"
    print_stalled_row quiet "all read"
    print_stalled_row stalled "$stalled more do not read"
}

# print_moving_row ROW WHAT
print_moving_row() {
    local key name cells=
    for key in p50_ns p99_ns max_ns; do
        cells+=" $(calc %.1f "$(median "$1" game $key) / 1e6") |"
    done
    for name in client gate dispatcher game; do
        cells+=" $(median "$1" game "cpu_${name}_ns") |"
    done
    echo "| $2 |$cells $(median "$1" game rate) | $(median "$1" game cpus) |"
}

print_moving() {
    echo "| moving clients | p50 ms | p99 ms | max ms | CPU ns a position: client | gate | dispatcher | game | positions/s | CPUs without client |"
    echo "|---|---|---|---|---|---|---|---|---|---|"
    print_moving_row field "$movers in 2,000 x 2,000"
    print_moving_row crowd "$crowd who all see each other"
}

# One line for each field; the two programs have the same ones.
print_walking() {
    local field
    echo "| entities_in_side, 100 far | neighbours | area of interest: ns a move | ns an event | bytes | through the API: events a move | ns a move |"
    echo "|---|---|---|---|---|---|---|"
    for field in $(awk '$1 == "moves" { print $2 }' "$results"); do
        echo "| $field | $(median moves "$field" neighbours) | $(median aoi "$field" ns_move) | $(median aoi "$field" ns_event) |" \
            "$(median aoi "$field" bytes) | $(median moves "$field" told) | $(median moves "$field" ns_move) |"
    done
}

# print_reload_row ENTITIES
print_reload_row() {
    local row=reload_$1 key cells=
    for key in gap_ns cpu_old_game1_ns cpu_new_game1_ns; do
        cells+=" $(calc %.1f "$(median "$row" calls $key) / 1e6") |"
    done
    for key in peak_old_game1_bytes peak_new_game1_bytes; do
        cells+=" $(calc %.1f "$(median "$row" calls $key) / 1048576") |"
    done
    echo "| $1 entities, $savers being saved | $(median "$row" calls waited_game1_ms) |$cells"
}

print_reload() {
    local entities
    echo "| $reloads reloads of a game beside | ms that players waited at most | ms without an echo at most |" \
        "CPU ms a reload: old process | new process | MiB at most: old process | new process |"
    echo "|---|---|---|---|---|---|---|"
    for entities in "${crowds[@]}"; do print_reload_row "$entities"; done
}

print_memory() {
    echo "| bytes, RSS slope | gate | dispatcher | game |"
    echo "|---|---|---|---|"
    echo "| idle client | $(median idle game rss_gate_bytes) | $(median idle game rss_dispatcher_bytes) | $(median idle game rss_game_bytes) |"
    echo "| idle entity | | $(median fill calls rss_dispatcher_bytes) | $(median fill calls rss_game1_bytes) |"
}

# Rates and ratios mean little when others take CPU time from one side.
print_others() {
    local others
    others=$(awk '{ for (i = 3; i <= NF; i++) if (sub(/^other_cpus=/, "", $i) && $i > most) most = $i } END { print most + 0 }' "$results")
    echo "Other programs kept up to $others CPUs busy during a run."
    $smoke || [ "$(calc '%d' "($others > 0.1)")" = 0 ] || say "the machine was busy with something else: measure again"
}

print_report() {
    local table
    for table in goals cpu latency stalled moving walking reload memory; do
        print_$table
        echo
    done
    echo "$(nproc) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), Linux $(uname -r)," \
        "commit $(git rev-parse --short HEAD 2>/dev/null || echo unknown)," \
        "the middle of $rounds rounds of $seconds s each; what moves, one run of $move_seconds s."
    print_others
}
