"""`bkrec.trust/1`: the SSH host keys on the way to a cluster."""

from typing import Literal

from pydantic import Field

from reconciler.view.documents.base import DiagnosticDoc, Doc


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
    """The names in known_hosts: its name, then its addresses."""
    through: list[str]
    """The jump hosts before it."""
    state: ServerState
    offered: KeyDoc | None
    known: list[KeyDoc]
    """On record before this call."""
    file: str
    """The known_hosts file of its key."""


class TrustDoc(Doc):
    schema_: Literal["bkrec.trust/1"] = Field(default="bkrec.trust/1", alias="schema")
    servers: list[ServerDoc]
    backups: list[str] = Field(default_factory=list[str])
    """Old files, as they were before a key was replaced."""
    elsewhere: list[str] = Field(default_factory=list[str])
    """Hosts that the controller's own ssh opens: their keys are known there, and nothing is written to it."""
    command: str = ""
    """To run on the controller, for those."""
    problems: list[DiagnosticDoc] = Field(default_factory=list[DiagnosticDoc])
