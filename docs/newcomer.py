#!/usr/bin/env python3
"""Writes the sessions of docs/newcomer.md, in both languages, from what was recorded in the lab.

pytest -m campaign tests/lab/test_newcomer.py     # records docs/measured/newcomer.json
python docs/newcomer.py
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from docs import blocks
from docs.recorded import Recording, Step

COMMAND = "docs/newcomer.py"
MD5 = r"sed -i 's|^path = .*|&\nmd5 = \"MD5\"|' cluster.toml".replace('\\"', '"')
TIMER = 'sudo "$(command -v bkrec)" -c ~/cluster.toml check --install-timer'
INSTALLING = (
    Step(name="machine", command="head -n 1 /etc/os-release"),
    Step(name="apt", command="sudo apt-get install -y -qq pipx > apt.log"),
    Step(name="pipx", command="pipx install ./bkrec", tail=6, head=0),
    Step(name="path", command="pipx ensurepath", head=0, tail=2),
)
"""Where Debian's packages and PyPI are."""
USING = (
    Step(name="version", command="bkrec --version"),
    Step(name="trust-controller", command="bkrec trust --controller root@10.0.0.1"),
    Step(name="init", command="bkrec init --controller root@10.0.0.1"),
    Step(name="trust", command="bkrec trust"),
    Step(name="md5", command=MD5),
    Step(name="cluster", command="grep -v '^ *#' cluster.toml", head=40),
    Step(name="diff", command="bkrec diff", exit=2, head=12, tail=1),
    Step(name="plan", command="bkrec plan", exit=2, head=24, tail=2),
    Step(name="doctor", command="bkrec doctor", head=12, tail=2),
    Step(name="apply", command="bkrec apply --report html=run.html", head=0, tail=14),
    Step(name="check", command="bkrec check"),
    Step(name="timer", command=TIMER, head=8, tail=8),
    Step(name="start", command="sudo systemctl start bkrec-check-bk-10-0-0-1"),
    Step(name="journal", command="sudo journalctl -o cat -u bkrec-check-bk-10-0-0-1 | tail -n 5"),
    Step(name="timers", command="systemctl list-timers --no-pager 'bkrec-*'"),
    Step(name="report", command="bkrec report -o html > change.html; bkrec history", head=8),
    Step(name="files", command="ls -l *.html"),
)
STEPS = (*INSTALLING, *USING)
RECORDING = Path(__file__).resolve().parent / "measured/newcomer.json"
session = Recording(path=RECORDING, steps=STEPS).session


if __name__ == "__main__":
    blocks.write(COMMAND, session)
