# Sides: what is measured, a server or a floor. Each has an address for clients and a list of name=pid of its processes.
# Sourced by bench/run, which says where the programs are and where state may be kept.
# shellcheck shell=bash disable=SC2154

declare -A side_address side_processes floor_pid

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Below the ports that clients get, so that none of thousands takes one.
free_port() {
    local port
    for _ in {1..100}; do
        port=$((20000 + RANDOM % 10000))
        if port_is_free "$port" && ! grep -qs ":$port\$" "$state"/*/goworld.ini; then
            echo "$port"
            return
        fi
    done
    die "there is no free port"
}

# copy_server NAME: bench/NAME as it is, but for its ports, which are replaced by free ones; it is built and kept there.
copy_server() {
    local port ini=$state/$1/goworld.ini
    mkdir -p "$state/$1" "$state/common"
    cp bench/common/*.h "$state/common"
    cp bench/"$1"/*.[ch] "bench/$1/goworld.ini" "$state/$1"
    for port in $(sed -n 's/.*_addr=.*:\([0-9]*\)$/\1/p' "$ini" | sort -u); do
        sed -i "s/:$port\$/:$(free_port)/" "$ini"
    done
}

# goworld NAME COMMAND: for that server directory.
goworld() { "$programs/bin/goworld" "$2" "$state/$1"; }

# Says name=pid of each process of a server; what there is one of has no number.
server_processes() {
    goworld "$1" status | awk '$1 ~ /^[0-9]+$/ && $2 ~ /[0-9]$/ { pid[$2] = $1 }
        END { for (name in pid) {
            short = name
            sub(/1$/, "", short)
            print ((short "2") in pid ? name : short) "=" pid[name] } }' | tr '\n' ' '
}

start_server() {
    goworld "$1" start >"$state/$1/start.log" 2>&1 || die "bench/$1 does not start: $(cat "$state/$1/start.log")"
    side_processes[$1]=$(server_processes "$1")
    side_address[$1]=$(awk -F= '/^\[/ { section = $0 } section == "[gate1]" && $1 == "listen_addr" { print $2 }' \
        "$state/$1/goworld.ini")
}

stop_server() {
    [ -n "${side_processes[$1]:-}" ] || return 0
    goworld "$1" stop >>"$state/$1/start.log" 2>&1 || goworld "$1" kill >>"$state/$1/start.log" 2>&1 || true
    unset "side_processes[$1]"
}

start_floor() {
    local port processes
    mkfifo "$state/$1.fifo"
    "$programs/bench/floor/$1" >"$state/$1.fifo" &
    floor_pid[$1]=$!
    read -r port processes <"$state/$1.fifo" || die "the floor $1 does not start"
    rm "$state/$1.fifo"
    side_processes[$1]=$processes
    side_address[$1]=127.0.0.1:${port#port=}
}

stop_floor() {
    [ -n "${floor_pid[$1]:-}" ] || return 0
    kill "${floor_pid[$1]}" 2>/dev/null || true
    wait "${floor_pid[$1]}" 2>/dev/null || true
    unset "floor_pid[$1]" "side_processes[$1]"
}

# pin CPUS SIDE...: every thread of their processes.
pin() {
    local cpus=$1 side process
    shift
    for side in "$@"; do
        for process in ${side_processes[$side]}; do
            taskset -acp "$cpus" "${process#*=}" >/dev/null
        done
    done
}
