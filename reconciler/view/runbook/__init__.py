"""A plan as a runbook: what a person reads and pastes where no program may be installed."""
