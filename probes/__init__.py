"""Probes: one file per fact family, each a constant shell script and a pure parser."""
