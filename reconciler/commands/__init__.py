"""Use cases: one per command of `bkrec`. No command line, no printing: each returns a `Result` and raises the rest.

`cli` parses arguments, asks questions and prints; a use case is handed values, and callbacks where a person decides.
"""
