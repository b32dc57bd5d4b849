"""What can be seen: one file per fact family, a constant shell script and a pure parser."""
