"""Before a run changes what an undo can put back, it keeps what is there: shell that the actions which do so share.

The job's runner says where this run keeps things ($BKREC_UNDO, a directory of its own below /var/lib/bkrec/undo; not
set, nothing is kept). One entry per path, named by the path's SHA-256: what it is, the path, mode and owner, the digest
of what was there, and a copy. It is written aside, synced and renamed in before anything changes; the first change of
a run wins. `left` lists, before each change, the digest of what the run is going to leave: whatever else is found at
the path later was put there by somebody else, and is never overwritten. Env files hold secrets, so all of it is the
root's alone (umask 077) and never leaves the host. Source of dd's part: `reconciler/engine/jobs/scripts.py`.
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
"""What `probes/undo.py` calls the same, for scripts that end where a file cannot be read."""

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
