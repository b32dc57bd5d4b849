"""Actions: one file per family."""
