#!/usr/bin/env python3
"""Writes the manual pages docs/man/bkrec.1 and docs/man/zh_CN/bkrec.1, which the package installs below share/man.

python docs/man.py

Nothing in them is written for them: commands, options and examples are the commands' own help, the exit codes those of
the README. One page for all commands, so that a search within `man bkrec` finds everything.
Source: man(7), groff_char(7).
"""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from docs.blocks import ROOT
from docs.help_texts import COMMON, commands, context, examples, parameters, root, spoken
from reconciler.version import VERSION
from specs.text import Lang

HERE = Path(__file__).resolve().parent
PAGES: dict[Lang, Path] = {"en": HERE / "man/bkrec.1", "zh": HERE / "man/zh_CN/bkrec.1"}
READMES: dict[Lang, Path] = {"en": ROOT / "README.md", "zh": ROOT / "README.zh-CN.md"}
HEADINGS: dict[Lang, tuple[str, ...]] = {
    "en": ("NAME", "SYNOPSIS", "OPTIONS", "COMMANDS", "EXIT STATUS"),
    "zh": ("名称", "概要", "选项", "命令", "退出状态"),
}
_BREAK = "\\:"
_BETWEEN_HAN = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])(?=[\u4e00-\u9fff（《“])")
"""Where Chinese, which has no spaces, may be broken: groff has to be told so."""


def page(lang: Lang) -> str:
    """From a process that speaks the language. Raises CalledProcessError."""
    return spoken(__file__, lang)


def _page(lang: Lang) -> str:
    return "".join(f"{line}\n" for line in _lines(lang))


def _lines(lang: Lang) -> Iterator[str]:
    program = root()
    name, synopsis, options, listed, status = HEADINGS[lang]
    common = [parameter for parameter in program.params if parameter.name in COMMON]
    yield ".\\\" Made by docs/man.py from the commands' own help: do not edit."
    yield f'.TH BKREC 1 "" "bkrec {VERSION}"'
    yield from (".nh", ".ad l")
    yield from (f".SH {name}", f"bkrec \\- {_text(program.help).replace(_BREAK, '')}")  # whatis(1) knows no break
    yield from (f".SH {synopsis}", *_synopses(path for path, _ in commands(program)))
    yield from (f".SH {options}", *_described(parameters(common, context(program, "bkrec"))))
    yield f".SH {listed}"
    for path, command in commands(program):
        own = [parameter for parameter in command.params if parameter.name not in COMMON]
        yield from (f".SS {_text(path)}", _line(command.help))
        yield from _described(parameters(own, context(command, path)))
        yield from (".PP", ".EX", *map(_line, examples(command)), ".EE")
    yield from (f".SH {status}", *_described(_exit_codes(lang)))


def _synopses(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        yield from (f".B {_text(path)}", ".br")


def _described(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    for spelling, meaning in rows:
        yield from (".TP", f".B {_text(spelling)}", _line(meaning))


def _exit_codes(lang: Lang) -> list[tuple[str, str]]:
    """The README's table."""
    return re.findall(r"^\| ([0-9、, ]+) \| (.*) \|$", READMES[lang].read_text(encoding="utf-8"), re.MULTILINE)


def _line(text: str) -> str:
    """One of text: a dot or an apostrophe at its head would make a request of it."""
    escaped = _text(text)
    return f"\\&{escaped}" if escaped[:1] in (".", "'") else escaped


def _text(text: str) -> str:
    """A hyphen that is typed, or copied, is a minus; a quote that is typed is no typographic one."""
    for char, escape in (("\\", "\\e"), ("-", "\\-"), ("`", "\\(ga"), ("'", "\\(aq"), ("~", "\\(ti"), ("^", "\\(ha")):
        text = text.replace(char, escape)
    return _BETWEEN_HAN.sub(lambda _: _BREAK, " ".join(text.split()))


if __name__ == "__main__":
    if sys.argv[1:]:
        sys.stdout.write(_page("zh" if sys.argv[1] == "zh" else "en"))
    else:
        for lang, path in PAGES.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(page(lang), encoding="utf-8")
