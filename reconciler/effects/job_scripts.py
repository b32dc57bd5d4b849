"""What hosts are told about jobs: constant scripts, no newer than coreutils 8.22, systemd 219 and util-linux 2.23.

A record is written aside, synced, renamed, and synced again under its new name, which takes the rename along
(`sync FILE` ignores its argument on coreutils 8.22, dd does not). The pid record decides who runs a job: it is
hard-linked into place, which succeeds once, so a launch may be repeated after any interruption and still starts
nothing twice. Runner and launcher agree on nothing else.
"""

from typing import LiteralString

from probes.job import JOB_STATE
from probes.shell import PRELUDE, UNSET

_PUT: LiteralString = r"""
put() {
    dd of="$1.new" conv=fsync 2>/dev/null && mv -f "$1.new" "$1" &&
        dd if=/dev/null of="$1" conv=notrunc,fsync 2>/dev/null
}
"""

GUARDED: LiteralString = (
    _PUT
    + r"""
umask 077
say() { printf 'bkrec-says %s %s\n' "$asked" "$*"; exit 0; }
mkdir -p "$root/jobs" 2>/dev/null && chmod 0700 "$root" "$root/jobs" || say unwritable
{ true >>"$root/lock"; } 2>/dev/null || say unwritable
exec 9>>"$root/lock"
flock -w 20 9 || say busy
seen=$(cat "$root/epoch" 2>/dev/null || echo 0)
case $seen in '' | *[!0-9]*) say unwritable epoch ;; esac
"""
)
"""Takes the host's one lock for the rest of the script; needs $root and $asked, leaves the highest epoch in $seen."""

FENCE: LiteralString = r"""
[ "$epoch" -ge "$seen" ] || say stale "$seen"
[ "$epoch" -eq "$seen" ] || printf '%s\n' "$epoch" | put "$root/epoch" || say unwritable epoch
"""
"""Whoever was here with a higher epoch has taken over from us."""

RAISE_FENCE: LiteralString = (
    "root=$1 asked=fence epoch=$2\n"
    + GUARDED
    + FENCE
    + r"""
say fenced
"""
)

LAUNCH: LiteralString = (
    r"""
root=$1 job=$2 epoch=$3 login=$4 terminal=$5 cwd=$6 deadline=$7 run=$8 step=$9 undo=${10}
upon=${11} until=${12}
asked=$job
"""
    + GUARDED
    + FENCE
    + r"""
dir=$root/jobs/$job new=$root/jobs/.new.$job
claim() {
    rm -rf "$new" && mkdir "$new" && cat >"$new/payload" || say unwritable jobs
    [ "$(sed -n 5p "$new/payload")" = end ] || say torn
    for part in 1:run 2:script 3:args 4:stdin; do
        sed -n "${part%:*}p" "$new/payload" | base64 -d | put "$new/${part#*:}" || say unwritable jobs
    done
    printf '%s\n' "$epoch" >"$new/epoch" && printf '%s\n' "$deadline" >"$new/deadline" || say unwritable jobs
    rm -f "$new/payload" && mv -T "$new" "$dir" || say unwritable jobs
}
[ -d "$dir" ] || claim
[ ! -e "$dir/pid" ] || say exists
printf '%s %s %s %s\n' "$epoch" "$run" "$step" "$undo" | put "$dir/origin" || say unwritable jobs
read -r up rest </proc/uptime && up=${up%.*}
[ "$(cat /proc/sys/kernel/random/boot_id)" = "$upon" ] && [ "$up" -lt "$until" ] || say late "$up"
set -- /bin/sh "$dir/run" "$dir" "$job" "$login" "$terminal" "$cwd" "$root/undo/$run"
timeout 20 systemd-run --unit="bkrec-$job" -p KillMode=process "$@" </dev/null >/dev/null 2>&1 9>&- ||
    { setsid "$@" </dev/null >/dev/null 2>&1 9>&- & }
tries=0
while [ ! -e "$dir/pid" ] && [ "$tries" -lt 1500 ]; do sleep 0.02; tries=$((tries + 1)); done
[ -e "$dir/pid" ] && say started || say not-started
"""
)
"""KillMode=process: what the vendor's scripts leave running goes on running, as it would after a login.

$upon and $until: the boot and the uptime by which it must have begun. Whoever sends it cannot know how long it will be
on its way, or asleep before; by then the lease may be another's (`effects/lease.py`, Term).
"""

RUNNER: LiteralString = (
    PRELUDE
    + _PUT
    + r"""
if [ "$1" = work ]; then
    dir=$BKREC_DIR login=$BKREC_LOGIN cwd=$BKREC_CWD
    unset BKREC_DIR BKREC_LOGIN BKREC_CWD
    umask 022
    eval "set -- $(cat "$dir/args")"
    if [ "$login" = no ]; then cd / && exec /bin/sh "$dir/script" "$@"; fi
    cd "$cwd" || { echo "bkrec: cannot enter $cwd"; exit 72; }
    # a profile may export what changes commands, and may have made it read-only: that only another bash gets rid of
    exec bash -lc '
        forget=" """
    + UNSET
    + r""" "
        if unset $forget 2>/dev/null; then . "$0"; exit; fi
        set -- bash "$0" "$@"
        for name in $forget; do set -- -u "$name" "$@"; done
        exec env "$@"' "$dir/script" "$@"
fi
dir=$1 job=$2 login=$3 terminal=$4 cwd=$5 undo=$6
umask 077
cd /
noted() { printf '%s %s %s\n' "$1" "$(sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20)" "$boot"; }
boot=$(cat /proc/sys/kernel/random/boot_id)
noted $$ | dd of="$dir/pid.$$" conv=fsync 2>/dev/null || exit 1
ln "$dir/pid.$$" "$dir/pid" 2>/dev/null || { rm -f "$dir/pid.$$"; exit 0; }
rm -f "$dir/pid.$$"
dd if=/dev/null of="$dir/pid" conv=notrunc,fsync 2>/dev/null || exit 1
speak=C
if [ "$login" = yes ]; then
    for wanted in en_US.utf8 C.utf8 C.UTF-8 zh_CN.utf8; do
        locale -a 2>/dev/null | grep -qxF "$wanted" && speak=$wanted && break
    done
fi
mkfifo "$dir/pipe"
keep() {
    stdbuf -o0 head -c 10485760
    [ "$(head -c 1 | wc -c)" -eq 0 ] && return
    printf '\nbkrec: 10 MiB of output kept, the rest is dropped\n'
    cat >/dev/null
}
keep <"$dir/pipe" >"$dir/log" &
keeper=$!
from=/dev/null
[ ! -s "$dir/stdin" ] || from=$dir/stdin
set -- /bin/sh "$dir/run" work
[ "$terminal" = no ] || set -- script -qec 'exec /bin/sh "$BKREC_DIR/run" work' /dev/null
env -i PATH="$PATH" HOME=/root USER=root LOGNAME=root SHELL=/bin/bash TERM=dumb \
    LANG="$speak" LC_ALL="$speak" BKREC_JOB="$job" BKREC_DIR="$dir" BKREC_LOGIN="$login" BKREC_CWD="$cwd" \
    BKREC_UNDO="$undo" \
    "$@" <"$from" >"$dir/pipe" 2>&1 &
worker=$!
noted "$worker" >"$dir/child.new" && mv -f "$dir/child.new" "$dir/child"
wait "$worker"
rc=$?
tries=0
while kill -0 "$keeper" 2>/dev/null && [ "$tries" -lt 50 ]; do sleep 0.02; tries=$((tries + 1)); done
dd if=/dev/null of="$dir/log" conv=notrunc,fsync 2>/dev/null
until printf '%s %s\n' "$rc" "$(date +%s)" | put "$dir/exit"; do sleep 5; done
rm -f "$dir/pipe"
"""
)
"""Runs detached, as `sh run DIR JOB LOGIN TERMINAL CWD UNDO`, and once more inside, as `sh run work`, to become
the command. UNDO is where this run keeps what was there before it (`actions/undoshell.py`).

A pipe and a keeper stand between command and log, since a limit on the file itself would kill the command (SIGXFSZ)
and a closed pipe too (SIGPIPE). The keeper is unbuffered, so that the log can be followed. A daemon left behind may
hold the pipe open: the record does not wait for it. A full disk delays the record; until then the job is running.
"""

READ: LiteralString = (
    JOB_STATE
    + r"""
root=$1 job=$2 offset=$3 patience=$4
dir=$root/jobs/$job tries=0
while :; do
    state "$dir"
    size=$(stat -c %s "$dir/log" 2>/dev/null || echo 0)
    [ "$was" = running ] && [ "$size" -le "$offset" ] && [ "$tries" -lt "$patience" ] || break
    tries=$((tries + 1))
    sleep 0.1
done
printf 'bkrec-log %s %s %s ' "$job" "$was" "$size"
[ ! -e "$dir/log" ] || tail -c "+$((offset + 1))" "$dir/log" | head -c 65536 | base64 | tr -d '\n'
printf ' .\n'
"""
)
"""Waits on the host for news, so that an end is known a tenth of a second later. State first: then the log is whole."""

SEEN: LiteralString = r"""
root=$1 job=$2
[ ! -d "$root/jobs/$job" ] || true >"$root/jobs/$job/seen"
"""
"""What the job was for has been seen: should it be needed again one day, that is a new matter."""

PAUSE: LiteralString = (
    "root=$1 asked=pause who=$2 why=$3\n"
    + GUARDED
    + r"""
printf '%s %s %s\n' "$who" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$why" | put "$root/paused" || say unwritable paused
say paused
"""
)

RESUME: LiteralString = (
    "root=$1 asked=pause\n"
    + GUARDED
    + r"""
rm -f "$root/paused" || say unwritable paused
say resumed
"""
)

APPROVE: LiteralString = (
    "root=$1 asked=approve gate=$2 who=$3 run=$4\n"
    + GUARDED
    + r"""
mkdir -p "$root/markers" && chmod 0700 "$root/markers" || say unwritable markers
printf '%s %s %s\n' "$who" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$run" | put "$root/markers/approved-$gate" ||
    say unwritable markers
say noted
"""
)

RECORD: LiteralString = (
    "root=$1 asked=ack work=$2 line=$3\n"
    + GUARDED
    + r"""
mkdir -p "$root/owed" && chmod 0700 "$root/owed" || say unwritable owed
printf '%s %s\n' "$line" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" | put "$root/owed/$work.done" || say unwritable owed
say recorded
"""
)
"""Somebody says that it was done. A note may stay: beside a record it owes nothing."""

OWE: LiteralString = (
    "root=$1 asked=ack work=$2 origin=$3\n"
    + GUARDED
    + r"""
mkdir -p "$root/owed" && chmod 0700 "$root/owed" || say unwritable owed
record=$root/owed/$work.done
[ ! -e "$record" ] || mv -f "$record" "$record.$(date +%s)" || say unwritable owed
printf '%s\n' "${origin:-$(date +%s)}" | put "$root/owed/$work" || say unwritable owed
say noted
"""
)
"""Somebody says that it was not. The record goes first: beside one a note would owe nothing."""

LAST: LiteralString = r"""
root=$1
shift
echo
for job; do
    printf '%s %s\n' "$job" "$(tail -c 4096 "$root/jobs/$job/log" 2>/dev/null | base64 | tr -d '\n')"
done
"""
"""The end of each job's log, for whoever asks how it goes. First a line end: a greeting may have none."""
