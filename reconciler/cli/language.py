"""Which language: `--lang`, else LC_ALL, LC_MESSAGES, LANG, as locale(7) orders them.

Help texts are worded when the commands are defined, before any option is parsed, so `--lang` is looked for in the
command line itself.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal

Lang = Literal["en", "zh"]
"""The same as `specs.text.Lang`, which would bring pydantic into every `--version` and `--help`."""


def language(args: Sequence[str], environ: Mapping[str, str]) -> Lang:
    return _from_args(args) or _from_locale(environ)


def localized(en: str, zh: str) -> str:
    """The one of the two that this process speaks."""
    return zh if LANG == "zh" else en


def _from_args(args: Sequence[str]) -> Lang | None:
    for word, following in pairwise((*args, "")):
        match word.partition("="):
            case "--lang", "", "":
                return _lang(following)
            case "--lang", "=", value:
                return _lang(value)
            case _:
                continue
    return None


def _lang(word: str) -> Lang | None:
    return "zh" if word == "zh" else "en" if word == "en" else None


def _from_locale(environ: Mapping[str, str]) -> Lang:
    chosen = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return "zh" if chosen.lower().startswith("zh") else "en"


LANG: Lang = language(sys.argv[1:], os.environ)
