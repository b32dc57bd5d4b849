"""Job scripts, as they run on hosts: literals, no newer than coreutils 8.22, systemd 219 and util-linux 2.23.

A record is written aside, synced, renamed, and synced again under its new name, which takes the rename along
(`sync FILE` ignores its argument on coreutils 8.22, dd does not). What a job is made of is one such record, its
directory: the pid in it is what is synced under the new name. What only its own runner reads is not synced: after a
power loss nobody goes on with it. The name of a status is not, since it is on its way to become the exit record. The
pid record decides who runs a job: it is hard-linked into place, which succeeds once, so a launch may be repeated after
any interruption and still starts nothing twice. Runner and launcher agree on nothing else.
"""

from typing import LiteralString

from probes.command import PRELUDE, UNSET
from probes.job import JOB_STATE, UPTIME

_PUT: LiteralString = r"""
put() {
    dd of="$1.new" conv=fsync 2>/dev/null && mv -f "$1.new" "$1" &&
        dd if=/dev/null of="$1" conv=notrunc,fsync 2>/dev/null
}
"""

LOCKED: LiteralString = (
    _PUT
    + r"""
umask 077
say() { printf 'bkrec-says %s %s\n' "$asked" "$*"; exit 0; }
{ [ -d "$root/jobs" ] || mkdir -p "$root/jobs" 2>/dev/null; } && chmod 0700 "$root" "$root/jobs" || say unwritable
{ true >>"$root/lock"; } 2>/dev/null || say unwritable
exec 9>>"$root/lock"
flock -w 20 9 || say busy
seen=0
[ ! -e "$root/epoch" ] || { seen='' && read -r seen <"$root/epoch"; } 2>/dev/null
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
    + LOCKED
    + FENCE
    + r"""
say fenced
"""
)

_PRINT_LOG: LiteralString = r"""
size=$(stat -c %s "$dir/log" 2>/dev/null) || size=0
printf 'bkrec-log %s %s %s ' "$job" "$was" "$size"
[ "$size" -le "$offset" ] || tail -c "+$((offset + 1))" "$dir/log" | head -c 65536 | base64 -w 0
printf ' .\n'
all_read() { [ "$was" != running ] && [ "$size" -le $((offset + 65536)) ]; }
"""
"""State first: then the log is whole. What verifies the step waits for its last part: it may take long, and it would be
asked with each part else."""

LAUNCH: LiteralString = (
    JOB_STATE
    + UPTIME
    + r"""
root=$1 job=$2 epoch=$3 login=$4 terminal=$5 cwd=$6 deadline=$7 run=$8 step=$9 undo=${10}
upon=${11} until=${12}
asked=$job
read -r size && parts=$(base64 -d) || size=torn
"""
    + LOCKED
    + FENCE
    + r"""
dir=$root/jobs/$job new=$root/jobs/.new.$job
claim() {
    [ "${#parts}" = "$size" ] || say torn
    eval "set -- $parts"
    verification=$5
    [ ! -e "$new" ] || rm -rf "$new"
    mkdir "$new" && printf %s "$1" >"$new/run" && printf %s "$2" >"$new/script" && printf %s "$3" >"$new/args" &&
        printf %s "$4" >"$new/stdin" && printf '%s\n' "$epoch" >"$new/epoch" &&
        printf '%s\n' "$deadline" >"$new/deadline" && printf '%s\n' "$ticket" >"$new/ticket" || say unwritable jobs
    printf '%s %s %s %s\n' "$epoch" "$run" "$step" "$undo" | dd of="$new/origin" conv=fsync 2>/dev/null ||
        say unwritable jobs
    { [ ! -e "$dir" ] || rm -rf "$dir"; } && mv -T "$new" "$dir" || say unwritable jobs
}
{ true >>"$root/claim"; } 2>/dev/null || say unwritable claim
exec 8>>"$root/claim"
flock -w 20 8 || say busy
[ ! -e "$dir/pid" ] || say exists
read -r ticket </proc/sys/kernel/random/uuid
claim
[ "$boot" = "$upon" ] && [ "$(up)" -lt "$until" ] || say late "$(up)"
exec 8>&-
set -- /bin/sh "$dir/run" "$dir" "$job" "$login" "$terminal" "$cwd" "$root/undo/$run" "$ticket" "$upon" "$until"
timeout 20 systemd-run --unit="bkrec-$job" -p KillMode=process "$@" </dev/null >/dev/null 2>&1 9>&- ||
    { setsid "$@" </dev/null >/dev/null 2>&1 9>&- & }
tries=0 pause=0.005
while [ ! -e "$dir/pid" ] && [ "$tries" -lt 600 ]; do
    sleep "$pause"
    tries=$((tries + 1))
    [ "$tries" -lt 10 ] || pause=0.05
done
if [ ! -e "$dir/pid" ]; then
    [ "$(up)" -lt "$until" ] || say late "$(up)"
    say not-started
fi
exec 9>&-
printf 'bkrec-says %s started\n' "$asked"
tries=0 pause=0.005 offset=0
while state "$dir" && [ "$was" = running ] && [ "$tries" -lt 19 ]; do
    sleep "$pause"
    tries=$((tries + 1))
    [ "$tries" -lt 10 ] || pause=0.1
done
"""
    + _PRINT_LOG
    + r"""
if all_read; then eval "$verification"; fi
"""
)
"""KillMode=process: what the vendor's scripts leave running goes on running, as it would after a login.

What is sent comes whole or not at all: its size in bytes, then all parts as one line of words. What takes no process
(`printf` and `read` are the shell's own) costs nothing, and each other a thousandth of a second or more.

What was claimed and has no pid never began: it is claimed anew, so that what runs is what was sent last, with its epoch
and its deadline. A runner that was called for an earlier claim and comes late holds an old ticket, and begins nothing.

$upon and $until: the boot and the uptime by which it must have begun. Whoever sends it cannot know how long it will be
on its way, or asleep before; by then the lease may be another's (`engine/lease.py`, Term). The runner looks at them
once more when it has its turn: systemd may have been slow, or the host paused.

A job that ends within a second is followed to its end by the same command, which holds no lock by then: most steps are
that short, and asking again costs as much as they do. `bkrec-log` then says what READ would have, and what verifies
the step is asked by the same command too: a program of `engine/batch.py`, run after the end, never before.
"""

RUNNER: LiteralString = (
    PRELUDE
    + JOB_STATE
    + r"""
note() {
    read -r stat <"/proc/$1/stat" || return 1
    set -- "$1" ${stat##*) }
    printf '%s %s %s\n' "$1" "${21}" "$boot"
}
if [ "$1" = work ]; then
    dir=$BKREC_DIR login=$BKREC_LOGIN cwd=$BKREC_CWD input=$BKREC_INPUT
    unset BKREC_DIR BKREC_LOGIN BKREC_CWD BKREC_INPUT
    umask 077
    note $$ >"$dir/parent.new" && mv -f "$dir/parent.new" "$dir/parent" || exit 71
    if [ -n "$input" ]; then
        stty sane
        { cat "$dir/stdin" && printf '\004'; } 2>/dev/null >"$input" &
    fi
    (
        read -r self rest </proc/self/stat
        args=$(cat "$dir/args") && [ -r "$dir/script" ] || exit 71
        note "$self" >"$dir/child.new" && mv -f "$dir/child.new" "$dir/child" || exit 71
        noted "$dir/pid" || { rm -f "$dir/child"; exit 71; }
        umask 022
        eval "set -- $args"
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
    )
    rc=$?
    [ -e "$dir/child" ] || exit 71
    until printf '%s %s\n' "$rc" "$(date +%s)" | dd of="$dir/status.new" conv=fsync 2>/dev/null &&
        mv -f "$dir/status.new" "$dir/status"; do sleep 5; done
    exit "$rc"
fi
"""
    + UPTIME
    + r"""
dir=$1 job=$2 login=$3 terminal=$4 cwd=$5 undo=$6 ticket=$7 upon=$8 until=$9
umask 077
cd /
pipe=$dir/pipe.$$ input=
leave() { rm -f "$pipe" "$dir/input.$$" "$dir/pid.$$"; exit 0; } # a failed unit would keep its name
mkfifo "$pipe" && { true >>"$dir/log"; } 2>/dev/null || leave
from=/dev/null
[ ! -s "$dir/stdin" ] || from=$dir/stdin
set -- /bin/sh "$dir/run" work
if [ "$terminal" = yes ]; then
    input=$dir/input.$$
    command -v script >/dev/null && mkfifo "$input" || leave
    set -- script -qec 'exec /bin/sh "$BKREC_DIR/run" work' /dev/null
fi
note $$ | dd of="$dir/pid.$$" conv=fsync 2>/dev/null || leave
exec 9>>"${dir%/jobs/*}/claim"
flock -w 20 9 || leave
{ read -r valid <"$dir/ticket"; } 2>/dev/null && [ "$valid" = "$ticket" ] || leave
[ "$boot" = "$upon" ] && [ "$(up)" -lt "$until" ] || leave
ln -T "$dir/pid.$$" "$dir/pid" 2>/dev/null || leave
exec 9>&-
dd if=/dev/null of="$dir/pid" conv=notrunc,fsync 2>/dev/null || leave
speak=C
if [ "$login" = yes ]; then
    for wanted in en_US.utf8 C.utf8 C.UTF-8 zh_CN.utf8; do
        locale -a 2>/dev/null | grep -qxF "$wanted" && speak=$wanted && break
    done
fi
keep() {
    stdbuf -o0 head -c 10485760
    IFS= read -r more || [ -n "$more" ] || return
    printf '\nbkrec: 10 MiB of output kept, the rest is dropped\n'
    cat >/dev/null
}
keep <"$pipe" >>"$dir/log" &
keeper=$!
if [ -n "$input" ]; then exec 7<>"$input"; else exec 7<"$from"; fi
env -i PATH="$PATH" HOME=/root USER=root LOGNAME=root SHELL=/bin/bash TERM=dumb \
    LANG="$speak" LC_ALL="$speak" BKREC_JOB="$job" BKREC_DIR="$dir" BKREC_LOGIN="$login" BKREC_CWD="$cwd" \
    BKREC_UNDO="$undo" BKREC_INPUT="$input" \
    "$@" <&7 7>&- >"$pipe" 2>&1 &
worker=$!
if [ -n "$input" ]; then
    while kill -0 "$worker" && sleep 1; do [ ! -e "$dir/parent" ] || at_work "$dir" || echo >&7; done 2>/dev/null &
    waker=$!
fi
wait "$worker"
[ -z "$input" ] || kill "$waker" 2>/dev/null
exec 7>&-
while [ ! -e "$dir/status" ] && at_work "$dir"; do sleep 1; done
tries=0 pause=0.005
while kill -0 "$keeper" 2>/dev/null && [ "$tries" -lt 50 ]; do
    sleep "$pause"
    tries=$((tries + 1)) pause=0.02
done
dd if=/dev/null of="$dir/log" conv=notrunc,fsync 2>/dev/null
[ ! -e "$dir/status" ] || { mv -f "$dir/status" "$dir/exit" && dd if=/dev/null of="$dir/exit" conv=notrunc,fsync; } \
    2>/dev/null
rm -f "$pipe" "$input" "$dir/pid.$$"
"""
)
"""Runs detached, as `sh run DIR JOB LOGIN TERMINAL CWD UNDO TICKET BOOT UPTIME`, and once more inside, as
`sh run work`, beside the command. UNDO is where this run keeps what was there before it (`actions/lib/undo_shell.py`).

All that may fail is made before the pid is linked: what cannot be prepared has not begun. The status is what the
command's own parent saw; nothing else is ever taken for it, least of all what `script` ends with: that of util-linux
2.23.2 ends with 0 as soon as its input does, while the command runs on. So its input is a pipe that does not end; it
is poked when the command has ended, since that `script` may sleep through it. Without a status there is no record: the
job then has vanished, and nobody takes it for done. The command and its parent note themselves before it begins, and
it does not begin where its runner is gone by then; until it ends the job is running, whoever else was killed.

A pipe and a keeper stand between command and log, since a limit on the file itself would kill the command (SIGXFSZ)
and a closed pipe too (SIGPIPE). The keeper is unbuffered, so that the log can be followed. A daemon left behind may
hold the pipe open: the record does not wait for it. A full disk delays the status; until then the job is running.
"""

READ: LiteralString = (
    JOB_STATE
    + r"""
root=$1 job=$2 offset=$3 patience=$4
dir=$root/jobs/$job tries=0
{ [ -f "$dir/log" ] && exec 3<"$dir/log" && head -c "$offset" <&3 >/dev/null; } 2>/dev/null || exec 3</dev/null
grown() { line='' && IFS= read -r line <&3 || [ -n "$line" ]; }
while :; do
    state "$dir"
    [ "$was" = running ] && [ "$tries" -lt "$patience" ] && ! grown || break
    tries=$((tries + 1))
    sleep 0.1
done
"""
    + _PRINT_LOG
    + r"""
exec 3<&-
if all_read; then eval "$(cat)"; fi
"""
)
"""Waits on the host for news, so that an end is known a tenth of a second later.

While it waits, it starts no process but `sleep`: the shell itself reads on in the log, where the last answer ended.
Once the job has ended and its log is read, it runs the program on its input, which verifies the step; none is the usual
one.
"""

MARK_VERIFIED: LiteralString = r"""
root=$1 job=$2
[ ! -d "$root/jobs/$job" ] || true >"$root/jobs/$job/verified"
"""
"""What the job was for has been seen: should it be needed again one day, that is a new matter."""

PAUSE: LiteralString = (
    "root=$1 asked=pause who=$2 why=$3\n"
    + LOCKED
    + r"""
printf '%s %s %s\n' "$who" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$why" | put "$root/paused" || say unwritable paused
say paused
"""
)

RESUME: LiteralString = (
    "root=$1 asked=pause\n"
    + LOCKED
    + r"""
rm -f "$root/paused" || say unwritable paused
say resumed
"""
)

APPROVE: LiteralString = (
    "root=$1 asked=approve gate=$2 who=$3 run=$4\n"
    + LOCKED
    + r"""
mkdir -p "$root/markers" && chmod 0700 "$root/markers" || say unwritable markers
printf '%s %s %s\n' "$who" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$run" | put "$root/markers/approved-$gate" ||
    say unwritable markers
say noted
"""
)

RECORD: LiteralString = (
    "root=$1 asked=ack work=$2 line=$3\n"
    + LOCKED
    + r"""
mkdir -p "$root/tasks" && chmod 0700 "$root/tasks" || say unwritable tasks
printf '%s %s\n' "$line" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" | put "$root/tasks/$work.done" || say unwritable tasks
say recorded
"""
)
"""Somebody says that it was done. A note may stay: beside a record it owes nothing."""

RECORD_PENDING: LiteralString = (
    "root=$1 asked=ack work=$2 origin=$3\n"
    + LOCKED
    + r"""
mkdir -p "$root/tasks" && chmod 0700 "$root/tasks" || say unwritable tasks
record=$root/tasks/$work.done
[ ! -e "$record" ] || mv -f "$record" "$record.$(date +%s)" || say unwritable tasks
printf '%s\n' "${origin:-$(date +%s)}" | put "$root/tasks/$work" || say unwritable tasks
say noted
"""
)
"""Somebody says that it was not. The record goes first: beside one a note would owe nothing."""

TAIL_LOGS: LiteralString = r"""
root=$1
shift
echo
for job; do
    printf '%s %s\n' "$job" "$(tail -c 4096 "$root/jobs/$job/log" 2>/dev/null | base64 | tr -d '\n')"
done
"""
"""The end of each job's log, for whoever asks how it goes. First a line end: a greeting may have none."""
