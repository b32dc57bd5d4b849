"""Errors of the command itself, beside those of specs and engine. `ends_as` of each says what the command comes to.

BkrecError                   specs/diagnostic.py: unknown, unless a subclass says otherwise
├── SpecError                bad-input
├── LayoutError              refused
├── LeaseHeld … JournalError engine: refused, unknown, failed
├── RefusedError             refused
└── UsageError               usage
"""

from specs.diagnostic import BkrecError


class RefusedError(BkrecError):
    """Nothing was changed, and on purpose."""

    ends_as = "refused"


class UsageError(BkrecError):
    """Called with something that does not exist."""

    ends_as = "usage"
