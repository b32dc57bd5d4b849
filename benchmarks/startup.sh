#!/usr/bin/env bash
# How long `bkrec --version` takes beside `python -c 'import typer'`: benchmarks/startup.sh [--json FILE] [RUNS]
# Bar: at most 1.5 times as long. Medians of processor seconds; run it with the environment's bin directory on PATH.
set -euo pipefail
json=""
if [[ ${1:-} == --json ]]; then json=$2 && shift 2; fi
runs=${1:-21}

# median COMMAND…
median() {
    local n
    TIMEFORMAT='%U %S'
    for ((n = 0; n < runs; n++)); do { time "$@" > /dev/null 2>&1; } 2>&1; done | awk '{ print $1 + $2 }' | sort -n | sed -n "$(((runs + 1) / 2))p"
}

python -c 'import typer' # compiled once
bkrec --version > /dev/null
bare=$(median python -c pass)
typer=$(median python -c 'import typer')
version=$(median bkrec --version)
help=$(median bkrec --help)
printf '%-26s %s s\n' "python -c pass" "$bare" "python -c 'import typer'" "$typer" "bkrec --version" "$version" "bkrec --help" "$help"
[[ -z $json ]] || printf '{"runs": %d, "python": %s, "typer": %s, "version": %s, "help": %s}\n' "$runs" "$bare" "$typer" "$version" "$help" > "$json"
awk -v v="$version" -v t="$typer" 'BEGIN { printf "bkrec --version is %.2f times import typer (bar: 1.5)\n", v / t; exit v / t > 1.5 }'
