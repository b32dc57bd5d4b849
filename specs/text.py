"""One text in both languages: `because = { en = "…", zh = "…" }` in TOML, and every message of the program.

A plain dataclass, so that a message costs nothing to make; pydantic checks it where people's text comes in.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

Lang = Literal["en", "zh"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalizedText:
    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "str_strip_whitespace": True}

    en: str
    zh: str
