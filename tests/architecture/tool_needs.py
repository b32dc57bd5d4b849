"""What each script asks of a host: which tool, with which options. docs/tools.toml knows since when there is each."""

import re
import shutil
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from reconciler.engine.jobs import scripts as job_scripts
from tests.architecture.host_scripts import Script, bare, scripts

TABLE = Path(__file__).parents[2] / "docs/tools.toml"
OF_THE_SHELL = frozenset(
    re.findall(
        r"\S+",
        "if then else elif fi for do done while until case esac in function [ ! : . cd echo printf read set shift "
        "export unset local return exit eval exec trap wait kill test true false break continue umask command type "
        "time",
    )
)
AFTER = re.compile(r"[\n;|&(){}`!]|\$\(|\b(?:then|do|else|if|elif|while|exec|command)\b")
"""Behind these a command begins."""
OF_ANOTHER_KIND = frozenset({"free", "print", "uptime"})
"""Names of tools too, but in our scripts labels and variables."""
WITH_A_VERB = frozenset({"docker", "systemctl", "openssl"})
Need = tuple[str, str]
"""Tool and option; "" where it is called without any."""


@cache
def known() -> dict[str, dict[str, Any]]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))["tools"]


@cache
def packages() -> dict[str, dict[str, str]]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))["packages"]


def all_scripts() -> Iterator[Script]:
    yield from scripts()
    for name, text in vars(job_scripts).items():
        if name.isupper() and isinstance(text, str) and "\n" in text:
            yield Script(f"reconciler/engine/jobs/scripts.py:{name}", text, False)


@cache
def needs() -> dict[Need, tuple[str, ...]]:
    """Need → files whose scripts have it."""
    found: dict[Need, set[str]] = {}
    for script in all_scripts():
        for need in _needs_of(script.text):
            found.setdefault(need, set()).add(script.where.partition(":")[0])
    return {need: tuple(sorted(files)) for need, files in sorted(found.items())}


def _needs_of(text: str) -> Iterator[Need]:
    code = bare(text).replace("\\\n", " ")
    own = set(re.findall(r"^\s*(\w+)\(\)", code, re.MULTILINE))
    for segment in AFTER.split(code):
        words = _without_wrappers(segment.split())
        if not words or words[0] in OF_THE_SHELL | own or not _is_tool(words[0]):
            continue
        if words[0] in WITH_A_VERB:
            if len(words) == 1:
                continue
            words = [f"{words[0]} {words[1]}", *words[2:]]
        options = [re.split(r"[=\"']", word)[0] for word in _before_operands(words[1:])]
        for option in options or [""]:
            yield words[0], option


def _without_wrappers(words: list[str]) -> list[str]:
    """Without what is assigned before it, and without `timeout` and its own words."""
    while words and re.match(r"[A-Za-z_]\w*=", words[0]):
        words = words[1:]
    if words[:2] == ["set", "--"]:
        words = words[2:]
    if words[:1] == ["timeout"]:
        words = words[1:]
        while words and re.fullmatch(r"-k|\"*|[0-9.]+[smh]?", words[0]):
            words = words[1:]
    return words


def _before_operands(words: list[str]) -> Iterator[str]:
    for word in words:
        if word == "--":
            return
        if re.match(r"--?[A-Za-z]", word):
            yield word


def _is_tool(word: str) -> bool:
    """Else it is a word of an SQL statement, or a label of `case`. What no machine of ours has, the table has."""
    if word in OF_ANOTHER_KIND:
        return False
    if word in known() or word in WITH_A_VERB:
        return True
    return re.fullmatch(r"[a-z][\w.-]*", word) is not None and shutil.which(word) is not None


def version(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall("[0-9]+", text))
