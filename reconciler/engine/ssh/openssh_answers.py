"""`ssh -G`, asked once for all addresses that OpenSSH's files treat alike.

One call costs as much processor time as a login. What it prints depends on the name through `Host` and `Match` alone,
and through tokens, which show. So the first call says which files ssh reads (`-v`), their `Host` patterns say which
addresses are treated alike, and of those one is asked about. It is ssh that reads the files, holds them to the owner's
rule and makes of them what it makes; where anything could tell two addresses apart (`Match`, a quoted pattern, the
address within another option), each is asked about as before. Names that are no IPv4 addresses always are.

Good for half a minute: a `check --every` that connects again reads the files again.
Source: ssh_config(5), Host, Match, PATTERNS; readconf.c, read_config_file_depth ("Reading configuration data").
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

VALID_S = 30.0

Ask = Callable[[tuple[str, ...], str], Awaitable[tuple[str, str]]]
"""Options of ssh and a name → what `ssh -G` printed on stdout and on stderr. Raises."""
Arguments = tuple[str, ...]
Signature = tuple[bool, ...]
"""Which of the `Host` patterns match a name."""


@dataclass(frozen=True, slots=True)
class _Printed:
    name: str
    text: str

    def for_name(self, name: str) -> str | None:
        """None where the text holds the name in another place than where every name stands."""
        own = (f"host {self.name}", f"hostname {self.name}")
        lines = self.text.split("\n")
        if any(self.name in line and line not in own for line in lines):
            return None
        return "\n".join(f"{line.partition(' ')[0]} {name}" if line in own else line for line in lines)


@dataclass(slots=True)
class OpensshAnswers:
    """Of one transport."""

    since: float = float("-inf")
    patterns: dict[Arguments, tuple[str, ...] | None] = field(default_factory=dict[Arguments, tuple[str, ...] | None])
    """None: each name is asked about."""
    printed: dict[tuple[Arguments, Signature], _Printed] = field(
        default_factory=dict[tuple[Arguments, Signature], _Printed]
    )
    locks: dict[object, asyncio.Lock] = field(default_factory=lambda: defaultdict[object, asyncio.Lock](asyncio.Lock))

    async def printed_for(self, name: str, arguments: Arguments, ask: Ask) -> str:
        """What `ssh -G` prints for this name. Raises as `ask` does."""
        if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3}){3}", name) is None:
            return (await ask(arguments, name))[0]
        self._forget_old()
        async with self.locks[arguments]:
            if arguments not in self.patterns:
                return await self._first(name, arguments, ask)
        patterns = self.patterns[arguments]
        if patterns is None:
            return (await ask(arguments, name))[0]
        key = arguments, signature(patterns, name)
        async with self.locks[key]:
            if key not in self.printed:
                text, _ = await ask(arguments, name)
                self.printed[key] = _Printed(name, text)
                return text
        text = self.printed[key].for_name(name)
        return text if text is not None else (await ask(arguments, name))[0]

    async def _first(self, name: str, arguments: Arguments, ask: Ask) -> str:
        self.patterns[arguments] = None  # an error is each name's own, and they need not queue for it
        text, words = await ask(("-v", *arguments), name)
        patterns = host_patterns(words)
        self.patterns[arguments] = patterns
        if patterns is not None:
            self.printed[arguments, signature(patterns, name)] = _Printed(name, text)
        return text

    def _forget_old(self) -> None:
        now = asyncio.get_running_loop().time()
        if now - self.since > VALID_S and not any(lock.locked() for lock in self.locks.values()):
            self.since = now
            self.patterns.clear()
            self.printed.clear()
            self.locks.clear()


def host_patterns(words: str) -> tuple[str, ...] | None:
    """Of all files that ssh names as read; None where they tell addresses apart by more than `Host`, or cannot be
    read."""
    if re.search(r"^OpenSSH_", words, re.MULTILINE) is None:
        return None
    files = re.findall(r"^debug1: Reading configuration data (.+?)\r?$", words, re.MULTILINE)
    try:
        texts = [Path(file).read_bytes().decode(errors="surrogateescape") for file in dict.fromkeys(files)]
    except (OSError, ValueError):
        return None
    return patterns_of(line for text in texts for line in text.split("\n"))


def patterns_of(lines: Iterable[str]) -> tuple[str, ...] | None:
    patterns: dict[str, None] = {}
    for line in lines:
        words = re.match(r'\s*"?([A-Za-z]+)"?[\s=]*(.*)', line)
        match words and words[1].lower():
            case "match" if words and words[2].strip().lower() != "all":
                return None
            case "host" if words and re.search(r"[\"'\\]", words[2]):
                return None
            case "host" if words:
                patterns.update(dict.fromkeys(word.removeprefix("!") for word in words[2].split()))
            case _:
                continue
    return tuple(patterns)


def signature(patterns: Iterable[str], name: str) -> Signature:
    return tuple(_wildcards(pattern).fullmatch(name) is not None for pattern in patterns)


def _wildcards(pattern: str) -> re.Pattern[str]:
    """`*` and `?`, and nothing else."""
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(char) or re.escape(char) for char in pattern), re.DOTALL)
