"""Shell for baselines (agents, smoke test): archive a record, beside which "done" then stands for the probes."""

from typing import LiteralString

ARCHIVE: LiteralString = """set -eu
note=$1/$2 record=$1/$2.done release=$3
mkdir -p -m 0700 -- "$1"
printf '%s done %s\n' "$release" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" | dd of="$record.part" conv=fsync 2>/dev/null
mv -T -- "$record.part" "$record"
[ ! -e "$note" ] || mv -T -- "$note" "$note.paid.$(date +%Y%m%d%H%M%S)"
"""
