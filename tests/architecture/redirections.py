"""Where a shell script silences a complaint too late.

In `cat <"$f" 2>/dev/null` the shell opens $f first, and where it is not there, says so on the standard error that the
script was given. `cat 2>/dev/null <"$f"` says nothing.
Source: POSIX, XCU 2.7, "the order of evaluation is from beginning to end".
"""

from collections.abc import Iterator
from typing import Any

from tests.architecture.statuses import nodes, parsed

Node = dict[str, Any]
SHELLS = frozenset({"sh", "bash", "/bin/sh"})
RUNS_A_TEXT = frozenset({"-c", "-lc", "-ec"})
"""Behind these options of a shell stands a program of its own."""


def late(script: str, *, bash: bool) -> Iterator[str]:
    """The redirections of each command that silences its standard error after it opens a file."""
    source = script.encode()
    for node in nodes(parsed(script, bash=bash)):
        redirections: list[Node] = node.get("Redirs") or []
        opened = [place for place, each in enumerate(redirections) if _opens(each)]
        if opened and any(_silences(each) for each in redirections[opened[0] :]):
            yield _text(source, {"Pos": redirections[0]["Pos"], "End": redirections[-1]["End"]})
        for inner in _programs(source, node):
            yield from late(inner, bash=bash)


def _opens(redirection: Node) -> bool:
    """A file that may not be there or not be had: /dev/null always is."""
    opens = redirection["Op"] in ("<", ">", ">>", "<>", ">|") and _literal(redirection.get("Word")) != "/dev/null"
    return opens and _of(redirection) != "2"


def _silences(redirection: Node) -> bool:
    """Sent to a file or to where the output goes, what it says is read by somebody."""
    return _of(redirection) == "2" and _literal(redirection.get("Word")) == "/dev/null"


def _of(redirection: Node) -> str:
    number: Node = redirection.get("N") or {}
    return number.get("Value", "")


def _literal(word: Node | None) -> str:
    parts: list[Node] = (word or {}).get("Parts") or []
    return "".join(str(part.get("Value", "$")) for part in parts)


def _programs(source: bytes, node: Node) -> Iterator[str]:
    """The quoted program of `sh -c '…'`."""
    words: list[Node] = node.get("Args") or []
    for place, option in enumerate(words[:-1]):
        text = _text(source, words[place + 1])
        shell = any(_literal(word) in SHELLS for word in words[:place])
        if shell and _literal(option) in RUNS_A_TEXT and text.startswith("'") and text.count("'") == 2:
            yield text[1:-1]


def _text(source: bytes, node: Node) -> str:
    return source[node["Pos"]["Offset"] : node["End"]["Offset"]].decode()
