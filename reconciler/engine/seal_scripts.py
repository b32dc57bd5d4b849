"""Scripts of the seal, as they run on hosts: take it, renew what jobs have changed, accept what a person names.

The manifest is written aside, synced and renamed; a lock of its own keeps two from writing at once (the host's one lock
is renewed by the lease meanwhile, and taking digests may last minutes). A history of one line for each stands beside.

A seal is taken of rendered files that are what the vendor's call would write, or that a person has accepted as they are
(`differences`: digest, module, file; another edit is another digest). Which are just that is in the manifest, so that a
finding names the call that writes them again.
"""

from typing import LiteralString

from probes.job import JOB_STATE
from probes.lib.seal_shell import JUDGE, LISTED
from reconciler.engine.rendering_scripts import RENDERING

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
    + RENDERING
    + r"""
set -u
umask 077
root=$1 purpose=$2 release=$3 who=$4 why=$5 epoch=$6
manifest=$root/seal/manifest history=$root/seal/history differences=$root/seal/differences
say() { printf 'bkrec-seal %s\n' "$*"; exit 0; }
mkdir -p "$root/seal" 2>/dev/null && chmod 0700 "$root" "$root/seal" || say unwritable
{ true >>"$root/seal/lock"; } 2>/dev/null || say unwritable
exec 9>>"$root/seal/lock"
flock -n 9 || say busy
words=$(cat)
rendered=
sealed_scope() { # what the manifest covers, and since when; what of it the vendor's call wrote is no part of that
  since=$(sed -n '1s/^[^ ]* [^ ]* [^ ]* \([0-9]*\) .*/\1/p' "$manifest")
  scope=$(sed -n '/^@rendered/d;/^@/p' "$manifest")
  rendered=$(sed -n '/^@rendered/p' "$manifest")
}
recorded() { # LINES: what the history says beside who did what when
  {
    printf '%s %s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$who" "${purpose%-rendered}"
    if [ -n "$1" ]; then printf '%s\n' "$1" | sed 's/^/  /'; fi
    case $purpose in accept*) printf '  why: %s\n' "$why" ;; esac
  } >>"$history" || say unwritable
}
same_rendered() { # of $rendered, what a renewal has not changed; where it has, the vendor's call is compared once more
  resealed=$(printf '%s\n' "$written" | sed -n "s/^=resealed$tab[^$tab]*$tab[^$tab]*$tab//p")
  if [ -z "$resealed" ] || [ -z "$rendered" ]; then printf '%s\n' "$rendered"; return 0; fi
  compared=$(compare_rendering)
  printf '%s\n=resealed\n%s\n=compared\n%s\n' "$rendered" "$resealed" "$compared" | awk -F '\t' '
    /^=(resealed|compared)$/ { section = $0; next }
    section == "" && NF { line[$3] = $0 }
    section == "=resealed" { delete line[$0] }
    section == "=compared" && /^@/ { line[$3] = $0 }
    END { for (file in line) print line[file] }' | LC_ALL=C sort
}
if [ -e "$manifest" ]; then whole || say damaged; fi
case $purpose in
  take)
    [ ! -e "$manifest" ] || say exists
    scope=$words every=1 ;;
  renew)
    [ -e "$manifest" ] || say absent
    sealed_scope
    periods=$(printf '%s\n' "$words" | while read -r begin end; do
      case $begin$end in '' | *[!0-9]*) continue ;; esac
      if [ "$end" -ge "${since:-0}" ]; then printf '%s %s ' "$begin" "$end"; fi
    done) ;;
  accept)
    [ -e "$manifest" ] || say absent
    sealed_scope
    accepted=$words ;;
  accept-rendered)
    [ ! -e "$manifest" ] || say exists
    scope=$(printf '%s\n' "$words" | sed -n '/^@/p') every=1 ;;
esac
writing=1
# a job that ends from now on may have changed what is listed already; to accept one change judges none of the others
begun=$(date +%s)
if [ "$purpose" = accept ]; then begun=${since:-$begun}; fi
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
compared=
case $purpose in
  take | accept-rendered)
    compared=$(compare_rendering)
    printf '%s\n' "$compared" | sed -n '/^=/p'
    rendered=$(printf '%s\n' "$compared" | sed -n '/^@/p') ;;
  *) rendered=$(same_rendered) ;;
esac
if [ "$purpose" = accept-rendered ]; then
  accepted=$(printf '%s\n' "$words" | sed '/^@/d')
  meant=$(printf '%s\n=differs\n%s\n' "$accepted" "$compared" | awk -F '\t' '
    $0 == "=differs" { section = $0; next }
    section == "" && NF { named[$0] = 1; next }
    $1 == "=differs" && ($2 " " $4) in named { print $5 "\t" $2 "\t" $4 }
    $1 == "=differs" || $1 == "=meant" { delete named[$2 " " $4] }
    END { for (name in named) exit 1 }') || say unknown
  if [ -n "$meant" ]; then printf '%s\n' "$meant" >>"$differences" || say unwritable; fi
  dd if=/dev/null of="$differences" conv=notrunc,fsync 2>/dev/null || say unwritable
  recorded "$(printf '%s\n' "$accepted" | sed 's/^/rendered /')"
  say accepted
fi
case "$newline$compared" in *"$newline=differs"*) say differs ;; esac
seen=0
[ ! -e "$root/epoch" ] || read -r seen <"$root/epoch"
[ "$epoch" = - ] || [ "$epoch" -ge "$seen" ] || say stale
{
  printf 'bkrec-seal 1 %s %s %s\n' "$release" "$begun" "$who"
  printf '%s\n' "$scope"
  if [ -n "$rendered" ]; then printf '%s\n' "$rendered"; fi
  printf '%s\n' "$written" | sed '/^=/d'
} >"$manifest.new" || say unwritable
printf 'end\t%s\n' "$(wc -l <"$manifest.new")" >>"$manifest.new" || say unwritable
dd if=/dev/null of="$manifest.new" conv=notrunc,fsync 2>/dev/null && mv -f "$manifest.new" "$manifest" || say unwritable
case $purpose in
  accept) recorded "$accepted" ;;
  take)
    recorded "$(printf '%s\n' "$compared" | awk -F '\t' '
      $1 == "=meant" { print "differs, as accepted: rendered " $2 " " $4 }
      $1 == "=uncompared" { print "not compared: " $2 " (" $3 ")" }')" ;;
  *) recorded "" ;;
esac
say sealed "$(($(wc -l <"$manifest") - 2))"
"""
)
"""stdin: of `take` the scope, of `renew` when jobs ran by this clock, of `accept` lines `PART NAME`; of
`accept-rendered`, which writes no manifest, the scope and lines `WORD FILE`."""

HISTORY: LiteralString = r"""
if [ -r "$1/seal/history" ]; then cat "$1/seal/history"; fi
echo end
"""
