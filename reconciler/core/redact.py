"""Redaction, under the name the reconciler knows it by: what it is and why it stands further down, `specs/redact.py`."""

from specs.redact import LIMIT, MARK, NO_SECRET, SECRET_KEY, clean, is_secret, redact, safe

__all__ = ["LIMIT", "MARK", "NO_SECRET", "SECRET_KEY", "clean", "is_secret", "redact", "safe"]
