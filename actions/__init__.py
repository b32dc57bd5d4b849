"""What can be done: one file per action family."""
