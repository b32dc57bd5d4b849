#!/usr/bin/env python3
"""Writes the sessions of docs/first-quarter-hour.md, in both languages, from what was recorded in the lab.

pytest -m campaign tests/lab/test_first_quarter_hour.py     # records docs/measured/first-quarter-hour.json
python docs/first_quarter_hour.py
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from docs import blocks
from docs.recorded import Recording, Step

COMMAND = "docs/first_quarter_hour.py"
ONE_KEY = "printf 'Host *\\n  IdentityFile ~/.ssh/bk.pub\\n  IdentitiesOnly yes\\n' >> ~/.ssh/config"
STEPS = (
    Step(name="machine", command="head -n 1 /etc/os-release; python3 --version", exit=127),
    Step(
        name="unpack",
        command="tar -xzf bkrec-VERSION-linux-x86_64.tar.gz -C /opt && "
        "ln -s /opt/bkrec-VERSION-linux-x86_64/bkrec /usr/local/bin/bkrec",
    ),
    Step(name="version", command="bkrec --version"),
    Step(name="agent", command="ssh-add -l"),
    Step(name="config", command="cat ~/.ssh/config"),
    Step(name="too-many-keys", command="bkrec trust --controller 10.0.0.1", exit=4),
    Step(name="ssh", command="ssh -o BatchMode=yes 10.0.0.1 true", exit=255),
    Step(name="one-key", command=ONE_KEY),
    Step(name="trust-controller", command="bkrec trust --controller 10.0.0.1"),
    Step(name="init", command="bkrec init --controller 10.0.0.1"),
    Step(name="trust", command="bkrec trust"),
    Step(name="diff", command="bkrec diff", exit=2, head=30, tail=1),
)
RECORDING = Path(__file__).resolve().parent / "measured/first-quarter-hour.json"
session = Recording(path=RECORDING, steps=STEPS).session


if __name__ == "__main__":
    blocks.write(COMMAND, session)
