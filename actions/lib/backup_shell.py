"""What every backup does, as shell functions: room looked at beforehand, and a record once it has been verified.

`probes/backup.py` compares the record with the disk. Only what was verified is recorded, and every record also stays
beside the newest one under its date: the last backup before the first irreversible step is among them, whatever is
backed up later.
"""

from typing import LiteralString

from probes.lib.inventory import INVENTORY

ROOM: LiteralString = r"""
room() { # DIRECTORY KB WHAT: goes on where there is room for it, and else says the two numbers
    free=$(df -P -k -- "$1")
    free=$(printf '%s\n' "$free" | awk 'NR == 2 && match($0, /[0-9]+ +[0-9]+ +-?[0-9]+ +[0-9]+%/) {
        split(substr($0, RSTART), column, / +/); print (column[3] > 0 ? column[3] : 0) }')
    case ,$free,$2, in
        *,,* | *[!0-9,]*)
            echo "not known whether $3 has room in $1: it needs \"$2\" KB, \"$free\" KB are free" >&2
            exit 1
            ;;
    esac
    if [ "$free" -lt "$2" ]; then
        echo "$3 needs $((($2 + 1023) / 1024)) MB, $1 has $((free / 1024)) MB free" >&2
        exit 1
    fi
}
"""
"""Looked at right before, besides the preflight check: a dump may lie on the database's own disk, and fill it."""

RECORD: LiteralString = (
    INVENTORY
    + r"""
record() { # WHAT PATH CONTENT-DIGEST
    note=/var/lib/bkrec/backups/$1
    listed=$(inventory "$2") || { echo "$2 cannot be listed" >&2; exit 1; }
    uptime=$(cut -d . -f 1 /proc/uptime)
    boot=$(cat /proc/sys/kernel/random/boot_id)
    run=${BKREC_UNDO:-}
    mkdir -p -m 0700 -- /var/lib/bkrec/backups
    printf 'path=%s\ndigest=%s\nmade=%s\nuptime=%s\nboot=%s\nrun=%s\n' \
        "$2" "$3" "$(date +%s)" "$uptime" "$boot" "${run##*/}" > "$note.part"
    set -- $listed
    printf 'files=%s\nsize=%s\ninventory=%s\ncomplete=yes\n' "$1" "$2" "$3" >> "$note.part"
    sum=$(md5sum < "$note.part")
    printf 'sum=%s\n' "${sum%% *}" >> "$note.part"
    cp -- "$note.part" "$note.$(date +%Y%m%d%H%M%S)"
    dd if="$note.part" of="$note.synced" conv=fsync 2>/dev/null
    mv -T -- "$note.synced" "$note"
    rm -f -- "$note.part"
}
"""
)
