"""Jobs: state of the detached commands that were started on this host.

A job is a directory under /var/lib/bkrec/jobs (`reconciler/engine/jobs/client.py` makes them). systemd is not
asked whether it runs: its runner recorded its own pid, start time and boot id before it began, so that neither a
recycled pid nor a reboot is mistaken for it. A job whose runner was killed while the command continues is still
running. Source: proc(5), stat fields 3 and 22; design of the runner in `reconciler/engine/jobs/scripts.py`.
"""

import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, LiteralString

from probes.command import Command, Output
from probes.fact import Absent, Fact, Known, Reading
from probes.probe import Probe

STATE_ROOT = "/var/lib/bkrec"

JOB_STATE: LiteralString = r"""
read -r boot </proc/sys/kernel/random/boot_id
alive() {
    [ "$3" = "$boot" ] || return 1
    { read -r now <"/proc/$1/stat"; } 2>/dev/null || return 1
    set -- "$2" ${now##*) }
    case ${2:-} in Z | X | '') return 1 ;; esac
    [ "${21:-}" = "$1" ]
}
noted() { [ -e "$1" ] && read -r one two three 2>/dev/null <"$1" && alive "$one" "$two" "$three"; }
ended() { [ -e "$1" ] && read -r rc rest <"$1" && was=exited:$rc; }
at_work() { noted "$1/parent" || noted "$1/child"; }
state() {
    was=never
    [ -e "$1/pid" ] || return 0
    ended "$1/exit" && return 0
    was=running
    noted "$1/pid" || at_work "$1" || ended "$1/exit" || ended "$1/status" || was=vanished
}
"""
"""`state DIR` puts into $was: never, running, exited:N or vanished. Reads the record again after the process.

The command's own parent writes `status`; the runner makes it `exit` once the log is whole. Where the runner was killed
the status file remains: the exit was recorded all the same.
"""

UPTIME: LiteralString = """
ticks=$(getconf CLK_TCK 2>/dev/null) || ticks=100
up() {
    read -r now </proc/self/stat
    set -- ${now##*) }
    echo $((${20} / ticks))
}
"""
"""`$(up)` is the seconds since the kernel's boot, in a clock that counts suspend: the start time of the subshell that
the substitution makes. So it is called in no other way.

/proc/uptime would not do: in a container lxcfs shows the container's own there, beside the boot id of the kernel, so
that restarting the container turns the clock back in the same boot. Source: proc(5), stat, starttime; lxcfs(1).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState(Fact[str]):
    """Known: "running", "exited:0", "vanished" (gone without a record). Absent: never started."""

    job: str
    kind: Literal["job.state"] = "job.state"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsRunning(Fact[tuple[str, ...]]):
    """The jobs running on this host; none is wished for."""

    kind: Literal["job.running"] = "job.running"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobAttempts(Fact[tuple[str, ...]]):
    """All attempts of one job, oldest first: "1:exited:2", "2:running"; "1:verified:0": its effects were verified."""

    key: str
    """A job id without its attempt: "unit-start-1f0c2a9be3d4"."""
    kind: Literal["job.attempts"] = "job.attempts"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostUptime(Fact[tuple[str, ...]]):
    """The host's boot and the whole seconds since, in this order: a clock that cannot be set."""

    kind: Literal["job.uptime"] = "job.uptime"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused(Fact[str]):
    """On the controller: who paused the cluster, when, and why, in this order. Absent: not paused."""

    kind: Literal["job.paused"] = "job.paused"


JobFact = JobState | JobsRunning | JobAttempts | HostUptime | Paused

_SCRIPT: LiteralString = (
    JOB_STATE
    + UPTIME
    + r"""
root=$1
shift
if [ -e "$root" ] && ! [ -x "$root" ]; then echo "no access to $root" >&2; exit 13; fi
for ask; do
    printf '%s' "$ask"
    case $ask in
    state:*)
        state "$root/jobs/${ask#state:}"
        printf ' %s' "$was"
        ;;
    running)
        for dir in "$root"/jobs/*/; do
            dir=${dir%/}
            [ -e "$dir/exit" ] && continue
            state "$dir"
            [ "$was" != running ] || printf ' %s' "${dir##*/}"
        done
        ;;
    uptime)
        printf ' %s %s' "$boot" "$(up)"
        ;;
    paused)
        [ ! -e "$root/paused" ] || printf ' %s' "$(head -c 2000 "$root/paused" | base64 | tr -d '\n')"
        ;;
    attempts:*)
        for dir in "$root/jobs/${ask#attempts:}".*/; do
            dir=${dir%/}
            [ -d "$dir" ] || continue
            state "$dir"
            [ ! -e "$dir/verified" ] || was=verified:${was#*:}
            printf ' %s:%s' "${dir##*.}" "$was"
        done
        ;;
    esac
    echo
done
"""
)


def _query(fact: JobFact) -> str:
    match fact:
        case JobState():
            return f"state:{fact.job}"
        case JobsRunning():
            return "running"
        case JobAttempts():
            return f"attempts:{fact.key}"
        case HostUptime():
            return "uptime"
        case Paused():
            return "paused"


def command(facts: Sequence[JobFact]) -> Command:
    return Command(script=_SCRIPT, args=(STATE_ROOT, *(_query(fact) for fact in facts)))


def parse(facts: Sequence[JobFact], output: Output) -> Mapping[JobFact, Reading[str] | Reading[tuple[str, ...]]]:
    if output.exit_status != 0:
        raise ValueError(f"exit status {output.exit_status}: {output.stderr.strip()[:200]}")
    lines = output.stdout.splitlines()
    return {fact: _read(fact, line) for fact, line in zip(facts, lines, strict=True)}


def _read(fact: JobFact, line: str) -> Reading[str] | Reading[tuple[str, ...]]:
    query, *words = line.split(" ")
    if query != _query(fact):
        raise ValueError(f"answered {query!r} to {_query(fact)!r}")
    match fact:
        case JobState():
            return _state(words)
        case JobsRunning():
            return Known(tuple(words))
        case JobAttempts():
            return Known(tuple(sorted(words, key=_attempt)))
        case HostUptime():
            return _uptime(words)
        case Paused():
            return _paused(words)


def _state(words: Sequence[str]) -> Reading[str]:
    (word,) = words
    if word == "never":
        return Absent()
    if not re.fullmatch(r"running|vanished|exited:\d+", word):
        raise ValueError(f"no state of a job: {word!r}")
    return Known(word)


def _uptime(words: Sequence[str]) -> Reading[tuple[str, ...]]:
    boot, seconds = words
    if not re.fullmatch(r"[0-9a-f-]{1,40}", boot) or not re.fullmatch(r"[0-9]{1,12}", seconds):
        raise ValueError(f"no boot and uptime: {boot!r} {seconds!r}")
    return Known((boot, seconds))


def _paused(words: Sequence[str]) -> Reading[str]:
    """An empty file is a pause all the same."""
    if not words:
        return Absent()
    (word,) = words
    return Known(b64decode(word, validate=True).decode("utf-8", "replace").strip())


def _attempt(word: str) -> int:
    if not re.fullmatch(r"\d+:(never|running|vanished|(exited|verified):\d+)", word):
        raise ValueError(f"no attempt: {word!r}")
    return int(word.partition(":")[0])


PROBE = Probe(
    family="job", facts=(JobState, JobsRunning, JobAttempts, HostUptime, Paused), command=command, parse=parse
)
