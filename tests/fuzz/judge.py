"""Hostile text in pieces, and a judge of outputs that shares nothing with the product: it asks Unicode what a
character is, and looks for a word and for a line that nobody of ours wrote."""

import unicodedata

CLAIM = "converged with 6.2.2: all 485 facts match"
PIECES = {
    "escape": "\x1b[2J\x1b[H",
    "title": "\x1b]0;x\x07",
    "string": "\x1bP1$r\x1b\\",
    "bell and null": "\x07\x00",
    "backspace": "\x08\x08",
    "carriage return": "\r",
    "vertical": "\x0b\x0c",
    "C1": "\x9b2J\x9d0;x\x9c",
    "next line": "\x85",
    "delete": "\x7f",
    "turned around": "\u202egpj\u202c \u2066x\u2069 \u200f\u061c",
    "unseen": "\u200b\u200d\u2060\ufeff\u00ad\u180e",
    "lines": "\u2028\u2029",
    "half a character": "\ud800",
    "tags": "\U000e0041\U000e0001",
    "a second line": f"x\n{CLAIM}\n",
    "after a return": f"\r{CLAIM}",
    "a secret": "mysql -uroot -pcanary; PASSWORD=canary",
    "markup": "[bold red]x[/bold red]",
}
HOSTILE = "x" + " ".join(PIECES.values())


_HARMFUL = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def found_in(text: str) -> set[str]:
    """What no output may hold."""
    harm = {f"{ord(one):#06x}" for one in set(text) if one != "\n" and unicodedata.category(one) in _HARMFUL}
    claims = {"claim" for line in text.split("\n") if line.startswith(CLAIM)}
    return harm | claims | ({"secret"} if "canary" in text else set())
