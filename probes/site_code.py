"""A site's own code below a product's directory: files that the package which it was installed from does not have, or
has otherwise. `rsync --delete` of the next installation removes or overwrites them.

rsync itself compares, by content and without writing (`-n`), since it is what will replace them. Passed over is what a
product makes by itself: uploads (media), which its installer leaves alone, compiled Python, logs, and files rendered
from its templates. Source: rsync(1); ce/bin/install_paas.sh:164-167; bin/render_tpl:67-73.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from probes.command import Command, Output
from probes.fact import Absent, AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.lib.rows import MISSING, Row, groups_of
from probes.probe import Probe
from specs.reason import reason

WRITTEN_BY_PRODUCT = ("media", "*/media", "*.py[co]", "*/__pycache__", "__pycache__", "*.log", "*.pid", "*.sock")
"""What a running product writes below its own directory, as `find -path` names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFiles(Fact[tuple[str, ...]]):
    """Below `installed`, by their paths within it, at most a hundred and then "+3"; Absent without that directory."""

    installed: str
    packaged: str
    """Where the product's package lies on the host: /data/src/open_paas/login."""
    kind: Literal["site-code.files"] = "site-code.files"


SCRIPT = (
    MISSING
    + r"""
compare() { # INSTALLED PACKAGED
  installed=$1 packaged=$2
  product=${packaged%/*}
  part=${packaged##*/}
  set -- --exclude=media --exclude='*.py[co]' --exclude=__pycache__
  set -- "$@" --exclude='*.log' --exclude='*.pid' --exclude='*.sock'
  templates=$product/support-files/templates
  for template in "$templates/$part#"* "$templates/#${product##*/}#$part#"*; do
    [ -f "$template" ] || continue
    name=${template##*/}
    set -- "$@" --exclude="/$(printf '%s\n' "${name#*"$part#"}" | tr '#' /)"
  done
  rsync -rlcni --delete "$@" -- "$packaged/" "$installed/" 2>/dev/null
}
i=0
while [ $# -ge 2 ]; do
  if [ ! -d "$1" ]; then
    if missing "$1"; then printf '%s\tabsent\n' "$i"; else printf '%s\tunreadable\n' "$i"; fi
  elif [ ! -d "$2" ]; then printf '%s\tno-package\n' "$i"
  elif ! command -v rsync >/dev/null 2>&1; then printf '%s\tno-rsync\n' "$i"
  elif changes=$(compare "$1" "$2"); then
    printf '%s\n' "$changes" | tr '\t' ' ' | awk '
      /^\*deleting / { sub(/^\*deleting +/, ""); if ($0 !~ /\/$/) print; next }
      /^[>c][fL]/ && $1 !~ /\+\+\+/ { sub(/^[^ ]+ /, ""); sub(/ -> .*/, ""); print }' | sort | awk -v i="$i" '
      NR <= 100 { print i "\tfile\t" $0 }
      END { if (NR > 100) print i "\tfile\t+" NR - 100; print i "\tend" }'
  else printf '%s\tunreadable\n' "$i"; fi
  shift 2
  i=$((i + 1))
done
"""
)


def command(facts: Sequence[SiteFiles]) -> Command:
    args = tuple(word for fact in facts for word in (fact.installed, fact.packaged))
    return Command(script=SCRIPT, args=args, timeout_s=60.0)


def parse(facts: Sequence[SiteFiles], output: Output) -> Readings:
    groups = groups_of(output, count=len(facts))
    return {fact: _read(fact, groups[index]) for index, fact in enumerate(facts)}


def _read(fact: SiteFiles, rows: Sequence[Row]) -> Reading[tuple[str, ...]]:
    match rows:
        case [("absent",)]:
            return Absent()
        case [("unreadable",)]:
            return Unknown(reason("path-unreadable", path=fact.installed))
        case [("no-package",)]:
            return Unknown(reason("site-code-no-package", path=fact.packaged))
        case [("no-rsync",)]:
            return Unknown(reason("tool-missing", tool="rsync"))
        case [*files, ("end",)] if all(len(row) == 2 and row[0] == "file" for row in files):
            return Known(tuple(row[1] for row in files))
        case _:
            raise ValueError("the list of files is cut")


FACTS: tuple[type[AnyFact], ...] = (SiteFiles,)
PROBE = Probe(family="site_code", facts=FACTS, command=command, parse=parse)
