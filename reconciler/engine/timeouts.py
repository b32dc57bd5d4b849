"""Retry and timeout budgets of a run, in seconds: how long a step, a job and a round are retried, and how often.

Those of the lease stand in `lease.py`, those of connections in `ssh/connection.py` and `transport.py`; an action's own
(`effects_timeout_s`, `deadline_s`) in `actions/action.py`.
"""

BACKOFF_S = (0.2, 0.5, 1.0, 2.0)
"""Between two attempts: the last repeats."""
UNREACHABLE_TIMEOUT_S = 300.0
"""How long a host that does not answer is asked again: a reboot takes minutes."""
RECOVERY_TIMEOUT_S = 60.0
"""How long a requirement may take to recover from the steps before it: consul checks every ten seconds whether a unit
that was just restarted is up (bin/reg_consul_svc:161). As long as `Action.effects_timeout_s`."""
VERIFY_INTERVAL_S = (0.2, 3.0)
"""Shortest and longest wait between two readings of what a step ensures."""
READ_AHEAD_S = 5.0
"""A step may start on what was read so long ago, while the step before it was verified."""
FAILED_COMMAND_GRACE_S = 20.0
"""How long the effects of a command that reports failure are waited for all the same: install_redis_cluster checks too
early and reports that."""
UNREADABLE_LOG_TIMEOUT_S = 20.0
"""How long reading an ended job's log is retried while the file exists and cannot be read: a failing disk is not waited
for."""
MAX_ROUNDS = 5
"""Assess, execute, verify: at most so often in one run."""
DERIVED_TIMEOUT_S = 60.0
"""How long facts that follow from the steps are waited for."""
DERIVED_INTERVAL_S = 2.0
"""Between two readings of them."""
STARTUP_GRACE_S = 10.0
"""The same where there are no steps: enough for what has only just been started, and short for whoever waits."""
