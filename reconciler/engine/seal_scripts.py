"""Scripts of the seal, as they run on hosts: take it, renew what jobs have changed, accept what a person names.

The manifest is written aside, synced and renamed; a lock of its own keeps two from writing at once (the host's one lock
is renewed by the lease meanwhile, and taking digests may last minutes). A history of one line for each stands beside.
"""

from typing import LiteralString

from probes.job import JOB_STATE
from probes.lib.seal_shell import JUDGE, LISTED

PERIODS: LiteralString = (
    JOB_STATE
    + r"""
root=$1
clock=$(date +%s)
stat -c '%Y %n' "$root"/jobs/*/origin 2>/dev/null | while read -r begin origin; do
  job=${origin%/origin}
  rest=
  state "$job"
  case $was in
    never) continue ;;
    running) end=$clock ;;
    exited:*) end=$rest ;;
    *)
      end=$begin
      read -r pid start upon <"$job/pid" || continue
      if [ "$upon" != "$boot" ]; then end=$(stat -c %Y "$job/log" 2>/dev/null); fi ;;
  esac
  case $end in '' | *[!0-9]*) end=$begin ;; esac
  printf '%s %s\n' "$begin" "$end"
done
printf 'now %s\n' "$clock"
"""
)
"""When jobs of bkrec ran on this host, and its clock now: other hosts' clocks need not agree with it.

A job that vanished in an earlier boot (a power loss) lasted until its log was last written: whatever changes later
nobody knows to be its work. One that vanished in this boot (it was killed, its runner too) lasted no time that anybody
knows: a daemon that it left behind may write the log for days. Source: stat(1) of coreutils 8.22.
"""

SEAL: LiteralString = (
    LISTED
    + JUDGE
    + r"""
set -u
umask 077
root=$1 purpose=$2 release=$3 who=$4 why=$5 epoch=$6
manifest=$root/seal/manifest history=$root/seal/history
say() { printf 'bkrec-seal %s\n' "$*"; exit 0; }
mkdir -p "$root/seal" 2>/dev/null && chmod 0700 "$root" "$root/seal" || say unwritable
{ true >>"$root/seal/lock"; } 2>/dev/null || say unwritable
exec 9>>"$root/seal/lock"
flock -n 9 || say busy
words=$(cat)
if [ -e "$manifest" ]; then whole || say damaged; fi
case $purpose in
  take)
    [ ! -e "$manifest" ] || say exists
    scope=$words every=1 ;;
  renew)
    [ -e "$manifest" ] || say absent
    since=$(sed -n '1s/^[^ ]* [^ ]* [^ ]* \([0-9]*\) .*/\1/p' "$manifest")
    scope=$(sed -n '/^@/p' "$manifest")
    periods=$(printf '%s\n' "$words" | while read -r begin end; do
      case $begin$end in '' | *[!0-9]*) continue ;; esac
      if [ "$end" -ge "${since:-0}" ]; then printf '%s %s ' "$begin" "$end"; fi
    done) ;;
  accept)
    [ -e "$manifest" ] || say absent
    scope=$(sed -n '/^@/p' "$manifest") accepted=$words ;;
esac
writing=1
now=$(list)
moved=$(feed "" | judge digest)
sums=
if [ -n "$moved" ]; then sums=$(printf '%s\n' "$moved" | digests); fi
again=$(list)
if [ "$now" != "$again" ]; then
  printf '=changing\n'
  now=$again
  moved=$(feed "" | judge digest)
  if [ -n "$moved" ]; then sums=$(printf '%s\n' "$moved" | digests); fi
fi
written=$(feed "$sums" | judge write) || say failed
printf '%s\n' "$written" | sed -n '/^=/p'
case "$newline$written" in *"$newline=unread"*) say unread ;; esac
seen=0
[ ! -e "$root/epoch" ] || read -r seen <"$root/epoch"
[ "$epoch" = - ] || [ "$epoch" -ge "$seen" ] || say stale
{
  printf 'bkrec-seal 1 %s %s %s\n' "$release" "$(date +%s)" "$who"
  printf '%s\n' "$scope"
  printf '%s\n' "$written" | sed '/^=/d'
} >"$manifest.new" || say unwritable
printf 'end\t%s\n' "$(wc -l <"$manifest.new")" >>"$manifest.new" || say unwritable
dd if=/dev/null of="$manifest.new" conv=notrunc,fsync 2>/dev/null && mv -f "$manifest.new" "$manifest" || say unwritable
{
  printf '%s %s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$who" "$purpose"
  if [ "$purpose" = accept ]; then
    printf '%s\n' "$accepted" | sed 's/^/  /'
    printf '  why: %s\n' "$why"
  fi
} >>"$history" || say unwritable
say sealed "$(($(wc -l <"$manifest") - 2))"
"""
)
"""stdin: of `take` the scope, of `renew` when jobs ran by this clock, of `accept` lines `PART NAME`."""

HISTORY: LiteralString = r"""
if [ -r "$1/seal/history" ]; then cat "$1/seal/history"; fi
echo end
"""
