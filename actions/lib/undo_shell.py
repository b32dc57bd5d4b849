"""Shell for actions that can be undone: save the old state before the first change.

The job's runner sets $BKREC_UNDO, the run's own directory below /var/lib/bkrec/undo; without it nothing is saved. One
entry per path, named by the path's SHA-256: its type, path, mode and owner, the digest of the old content, and a copy.
It is written to a temporary file, synced and renamed before anything changes; the first change of a run wins. `left`
lists, before each change, the digest of the new content: any other content at the path later is someone else's change,
and is never overwritten. Env files hold secrets, so all of it is the root's alone (umask 077) and never leaves the
host. Source of dd's part: `reconciler/engine/jobs/scripts.py`.
"""

from typing import LiteralString

DIGEST: LiteralString = r"""
place_of() { hashed=$(printf '%s' "$1" | sha256sum); printf '%.32s\n' "$hashed"; }
digest_of() {
    if [ -f "$1" ]; then
        hashed=$(sha256sum <"$1")
        printf '%.64s\n' "$hashed"
    elif [ -e "$1" ]; then echo other; else echo absent; fi
}
"""
"""As in `probes/undo.py`, for scripts that exit where a file cannot be read."""

SYNCED: LiteralString = r"""
synced() { dd if=/dev/null of="$1" conv=notrunc,fsync 2>/dev/null; }
renamed() { mv -T -- "$1" "$2"; synced "$2${3:-}"; }
"""
"""The second sync, under the new name, takes the rename along (`sync FILE` ignores its argument on coreutils 8.22)."""

REMEMBER: LiteralString = (
    DIGEST
    + SYNCED
    + r"""
remember() ( # WHAT PATH [NAME VALUE]...: keep what is at PATH now, with these notes
    [ -n "${BKREC_UNDO:-}" ] || exit 0
    set -eu
    umask 077
    what=$1 path=$2 entry=$BKREC_UNDO/$(place_of "$2")
    shift 2
    [ ! -d "$entry" ] || exit 0
    new=$entry.new
    rm -rf -- "$new"
    mkdir -p -- "$new"
    printf '%s\n' "$path" > "$new/path"
    while [ $# -gt 1 ]; do
        printf '%s\n' "$2" > "$new/$1"
        shift 2
    done
    if [ "$what" != directory ]; then
        digest_of "$path" > "$new/digest"
        if [ -e "$path" ]; then
            [ ! -L "$path" ] || readlink -- "$path" > "$new/link"
            stat -L -c '%a %u %g' -- "$path" > "$new/owner"
            cat -- "$path" > "$new/before"
            touch -r "$path" -- "$new/before"
            was=$(cat -- "$new/digest")
            now=$(digest_of "$new/before")
            [ "$now" = "$was" ] || { echo "$path changed while it was kept" >&2; exit 1; }
        fi
    fi
    printf '%s\n' "$what" > "$new/what"
    for file in "$new"/*; do synced "$file"; done
    renamed "$new" "$entry" /what
)
leaves() ( # PATH FILE: what is in FILE now (nothing, where there is none) is what this run leaves at PATH
    [ -n "${BKREC_UNDO:-}" ] || exit 0
    set -eu
    umask 077
    left=$BKREC_UNDO/$(place_of "$1")/left
    { [ ! -e "$left" ] || cat -- "$left"; digest_of "$2"; } > "$left.new"
    synced "$left.new"
    renamed "$left.new" "$left"
)
"""
)
