"""What has to be read before anything can be expected: the controller's install.config and where things are installed.

Not a fact family: its answer is the inventory that facts are about. One script, one round trip, nothing written.
Source: bkcli:29 (install.config), functions:662-703 (.path).
"""

from dataclasses import dataclass

from probes.shell import Command, Output

SCRIPT = """
config=$1/install.config
[ -r "$config" ] || { echo missing; exit 0; }
echo found
head -n 1 -- "$1/.path" 2>/dev/null || :
echo
echo ---
cat -- "$config"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    config: str
    """install.config as it lies there."""
    home: str
    """What .path says ("/data/bkce"), or ""."""


def command(install: str) -> Command:
    return Command(script=SCRIPT, args=(install,))


def parse(output: Output) -> Survey | None:
    """None where there is no install.config; ValueError where the answer makes no sense."""
    head, mark, config = output.stdout.partition("\n---\n")
    first, _, rest = head.partition("\n")
    if first.strip() == "missing":
        return None
    if first.strip() != "found" or not mark:
        raise ValueError("the answer has no end")
    home = rest.strip()
    return Survey(config=config, home=home if home.startswith("/") else "")
