"""The documents of what was read and judged by nobody: host keys (`bkrec.trust/1`), facts (`bkrec.probe/1`).

As in `documents.py`: fields only ever grow, a list is `[]` and never missing.
"""

from typing import Literal

from pydantic import Field

from reconciler.view.documents import DiagnosticDoc, Doc, ReadingDoc


class KeyDoc(Doc):
    type: str
    fingerprint: str
    """As `ssh-keygen -lf` prints it: "SHA256:…"."""


ServerState = Literal["known", "authority", "added", "replaced", "unknown", "changed", "revoked", "unread"]
"""added, replaced: by this call. authority: no key of its own is needed, an authority's certificate counts."""


class ServerDoc(Doc):
    """An SSH server on the way: a host of the cluster, or a jump host."""

    host: str
    known_as: list[str]
    """What its key is looked for under: its name, then its addresses."""
    through: list[str]
    """The jump hosts before it."""
    state: ServerState
    offered: KeyDoc | None
    known: list[KeyDoc]
    """What was written down before."""
    file: str
    """Where its key is written down, or would be."""


class TrustDoc(Doc):
    schema_: Literal["bkrec.trust/1"] = Field(default="bkrec.trust/1", alias="schema")
    servers: list[ServerDoc]
    kept: list[str] = Field(default_factory=list[str])
    """Old files, as they were before a key was replaced."""
    elsewhere: list[str] = Field(default_factory=list[str])
    """Hosts that the controller's own ssh opens: their keys are known there, and nothing is written to it."""
    command: str = ""
    """To run on the controller, for those."""
    problems: list[DiagnosticDoc] = Field(default_factory=list[DiagnosticDoc])


class FactDoc(Doc):
    fact: str
    """A stable id: `unit.active bk-auth.service @10.0.0.3`."""
    kind: str
    host: str
    module: str
    """"" where it is the cluster's, or read for a plan alone."""
    en: str
    zh: str
    reading: ReadingDoc


class ProbeDoc(Doc):
    """All that was read, in the order of what is expected; nothing is judged."""

    schema_: Literal["bkrec.probe/1"] = Field(default="bkrec.probe/1", alias="schema")
    release: str
    facts: list[FactDoc]
    warnings: list[DiagnosticDoc] = Field(default_factory=list[DiagnosticDoc])
