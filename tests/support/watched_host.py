"""A host whose every write is seen: a real sh in a root of its own, an overlay whose upper layer has to stay empty.

What a script makes, changes, removes, or only opens for writing or touches, is copied up by the kernel: an empty upper
layer is the proof, whatever the script says of itself. It runs in a process namespace of its own, so that what it
leaves running is seen too. What would change something elsewhere (a daemon, a database, a page) goes through a program:
those are stand-ins here that note how they were called, and `READS_ONLY` knows which calls only ask.

Needs root, as the hosts are. Source: Documentation/filesystems/overlayfs.rst, "Upper and Lower"; unshare(1).
"""

import asyncio
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from probes.command import Command, Output
from reconciler.engine.transport import TransportError
from specs.diagnostic import diagnose

SETUP = r"""
set -eu
place=$1 tree=$2 program=$3
mount -t tmpfs none "$place"
mkdir "$place/upper" "$place/work" "$place/root"
cp -a "$tree" "$place/tree" # one layer may not lie within another
mount -t overlay overlay -o "lowerdir=$place/tree:/,upperdir=$place/upper,workdir=$place/work" "$place/root"
mount -t tmpfs none "$place/root/dev"
for node in null:3 zero:5 full:7 random:8 urandom:9; do
    mknod -m 666 "$place/root/dev/${node%:*}" c 1 "${node#*:}"
done
: >"$place/root/dev/calls"
mount -t proc -o ro proc "$place/root/proc"
rc=0
chroot "$place/root" sh -c "$program" || rc=$?
{
    find "$place/upper" -mindepth 1 -printf 'file /%P\n'
    find "$place/root/dev" -mindepth 1 ! -type c ! -name calls -printf 'file /dev/%P\n'
    for process in "$place"/root/proc/[0-9]*; do
        number=${process##*/} words=
        [ "$number" = "$$" ] || words=$(tr '\0' ' ' 2>/dev/null <"$process/cmdline") || continue
        [ -z "$words" ] || printf 'process %s\n' "$words"
    done
    cat "$place/root/dev/calls"
} >"$place.traces"
exit "$rc"
"""
"""`calls` is not part of the overlay: noting a call is no trace of the script's."""

STAND_IN = r"""#!/bin/sh
{ printf 'call %s' "${0##*/}"; printf '\037%s' "$@"; } | tr '\n' ' ' >>/dev/calls
echo >>/dev/calls
"""
ANSWERS = {
    "systemctl": r"""verb=$1
for word; do case $word in *.service | *.target | *.mount)
    if [ "$verb" = is-enabled ]; then echo enabled
    else printf 'Id=%s\nNames=%s\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n\n' "$word" "$word"
    fi ;;
esac; done""",
    "docker": r"""case $1 in info) echo /var/lib/docker ;; ps) echo 0123456789ab ;; esac""",
    "curl": r"""printf 200""",
    "mysql": r"""case $* in *--print-defaults*) echo "$*"; exit ;; esac
printf 'sql %s\n' "$(tr '\n' ' ')" >>/dev/calls""",
    "redis-cli": r"""printf 'stdin %s\n' "$(tr '\n' ' ')" >>/dev/calls
echo NOAUTH""",
    "ss": r"""for port in 22 6379 6380; do printf 'LISTEN 0 128 *:%s *:*\n' "$port"; done""",
}
"""What each of them prints, so that the script goes on to what it asks next."""

READS: Mapping[str, frozenset[str]] = {
    "systemctl": frozenset({"show", "is-active", "is-enabled", "list-units", "list-unit-files", "cat", "status"}),
    "docker": frozenset({"ps", "inspect", "images", "info", "version", "logs", "--version"}),
    "redis-cli": frozenset({"cluster", "info", "ping", "get", "auth"}),
}
"""Verbs that change nothing: systemctl(1), docker(1), the commands of Redis that are not of its category @write."""


def reads_only(tool: str, words: Sequence[str]) -> bool:
    """Whether this call only asks. What nobody has thought about is taken for a change."""
    match tool:
        case "ss":
            return True
        case "curl":
            return _curl_reads(words)
        case "mysql":
            return not any(word in ("-e", "--execute") for word in words)
        case "redis-cli":
            verbs = [word for word in _without_options(words, ("-h", "-p")) if not word.startswith("-")]
            return not verbs or verbs[0].lower() in READS[tool]
        case _:
            verbs = [word for word in words if not word.startswith("-")]
            return bool(verbs) and verbs[0] in READS.get(tool, frozenset())


def _without_options(words: Sequence[str], options: Sequence[str]) -> list[str]:
    """Without these and the word after each."""
    return [word for n, word in enumerate(words) if word not in options and (n == 0 or words[n - 1] not in options)]


def _curl_reads(words: Sequence[str]) -> bool:
    """Where it asks by POST, as CMDB's API has it, the address names a search, or a setting without a value: the one
    that sets it ends with /true or /false (guide 7.17)."""
    method = next((words[n + 1] for n, word in enumerate(words[:-1]) if word in ("-X", "--request")), "GET")
    target = next((words[n + 1] for n, word in enumerate(words[:-1]) if word in ("-o", "--output")), "/dev/null")
    address = next((word for word in words if "://" in word), "")
    searches = any(verb in address for verb in ("/search", "/find", "/list", "/get", "/count"))
    asks = method in ("GET", "HEAD") or searches or address.endswith("/config/user_config/blueking_modify")
    return target == "/dev/null" and asks and not {"-T", "-O", "--upload-file"} & {*words}


def _statements_read(sql: str) -> bool:
    statements = [words for text in sql.split(";") if (words := text.split())]
    return all(words[0].lower() in ("select", "show", "set", "use", "explain") for words in statements)


def _redis_reads(stdin: str) -> bool:
    words = stdin.split()
    return not words or words[0].lower() in READS["redis-cli"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What a script did beyond printing."""

    files: tuple[str, ...] = ()
    """Made, changed, removed, touched."""
    processes: tuple[str, ...] = ()
    """Still running when it had ended."""
    calls: tuple[str, ...] = ()
    """Of programs that act on something else than files, and the statements that they were given."""
    changes: tuple[str, ...] = ()
    """Those of the calls that do not only ask."""

    @property
    def writes(self) -> tuple[str, ...]:
        return (*self.files, *self.processes, *self.changes)


def _traces(lines: Sequence[str]) -> Traces:
    by_kind: dict[str, list[str]] = {kind: [] for kind in ("file", "process", "call", "sql", "stdin")}
    for line in lines:
        kind, _, text = line.partition(" ")
        by_kind[kind].append(text)
    calls = [tuple(text.split("\037")) for text in by_kind["call"]]
    changes = [" ".join(words) for words in calls if not reads_only(words[0], words[1:])]
    changes += [sql for sql in by_kind["sql"] if not _statements_read(sql)]
    changes += [stdin for stdin in by_kind["stdin"] if not _redis_reads(stdin)]
    return Traces(
        files=tuple(by_kind["file"]),
        processes=tuple(by_kind["process"]),
        calls=tuple(" ".join(words) for words in calls),
        changes=tuple(changes),
    )


@dataclass(slots=True)
class WatchedHosts:
    """A transport: each command runs on a fresh copy of one tree, and leaves its traces here."""

    tree: Path
    place: Path
    traces: list[tuple[Command, Traces]] = field(default_factory=list[tuple[Command, Traces]])
    outputs: list[Output] = field(default_factory=list[Output])
    number: int = 0

    async def run(self, host: str, command: Command) -> Output:
        self.number += 1
        place = self.place / f"{self.number}"
        place.mkdir(parents=True)
        words = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", SETUP, "sh")
        process = await asyncio.create_subprocess_exec(
            *words, str(place), str(self.tree), command.render(),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            async with asyncio.timeout(command.timeout_s):
                stdout, stderr = await process.communicate(command.stdin.encode())
        except TimeoutError:
            process.kill()
            await process.communicate()
            raise TransportError(diagnose("answer-overdue", where=host, seconds=f"{command.timeout_s:g}")) from None
        report = place.with_name(f"{place.name}.traces")
        assert report.exists(), f"the root was not set up: {stderr.decode(errors='replace')[-500:]}"
        self.traces.append((command, _traces(report.read_text(encoding="utf-8", errors="replace").splitlines())))
        output = Output(
            stdout=stdout.decode(errors="replace"),
            stderr=stderr.decode(errors="replace"),
            exit_status=process.returncode,
        )
        self.outputs.append(output)
        return output

    @property
    def writes(self) -> list[str]:
        return [write for _, traces in self.traces for write in traces.writes]

    async def close(self) -> None:
        """Nothing is kept open."""


def plant(tree: Path, files: Mapping[str, str]) -> None:
    """Files of the tree, by their path on the host, and the stand-ins, first on PATH."""
    for path, content in files.items():
        place = tree / path.removeprefix("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content, encoding="utf-8")
    tools = tree / "usr/local/sbin"
    tools.mkdir(parents=True, exist_ok=True)
    for name, answer in ANSWERS.items():
        (tools / name).write_text(f"{STAND_IN}{answer}\n", encoding="utf-8")
        (tools / name).chmod(0o755)


@cache
def permitted() -> bool:
    """Whether this machine lets us make such a root."""
    inside = """mount -t tmpfs none /mnt && mkdir /mnt/upper /mnt/work /mnt/root &&
        mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root"""
    tried = ["unshare", "--mount", "--pid", "--fork", "sh", "-c", inside]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0
