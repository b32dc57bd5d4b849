"""Reasons: why a fact is expected, a step planned, a dependency drawn or a reading Unknown.

Either inline, worded in both languages in the release TOML, or coded, a lasting code with fields that
`reconciler/view/messages/` words. Values, so that a plan can be saved, compared and shown in either language later.
Like a diagnostic, neither holds what moves a cursor; and what a code is filled with, which may be a host's, no secret.
"""

from dataclasses import dataclass
from typing import Literal

from specs.redact import clean, safe
from specs.text import LocalizedText


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineReason:
    en: str
    zh: str
    kind: Literal["inline"] = "inline"

    def __post_init__(self) -> None:
        object.__setattr__(self, "en", clean(self.en))
        object.__setattr__(self, "zh", clean(self.zh))


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedReason:
    code: str
    fields: tuple[tuple[str, str], ...] = ()
    kind: Literal["coded"] = "coded"

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", tuple((name, safe(value)) for name, value in self.fields))


Reason = InlineReason | CodedReason


def reason(code: str, **fields: object) -> CodedReason:
    """`reason("retired-first", unit="bk-paas-login.service")`; fields in the order given, all as text."""
    return CodedReason(code=code, fields=tuple((name, str(value)) for name, value in fields.items()))


def inline(words: LocalizedText) -> InlineReason:
    return InlineReason(en=words.en, zh=words.zh)
