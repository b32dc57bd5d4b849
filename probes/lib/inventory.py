"""Inventory of a path, taken without reading any content: shared by what records a backup and what checks it later.

Path, type, size and time of each file below it (or of the file itself), links with where they lead: a file that is
missing, shorter, or replaced by another of its size makes another digest. Source: find(1), -printf.
"""

from typing import LiteralString

INVENTORY: LiteralString = r"""
inventory() { # PATH → "FILES BYTES DIGEST"; nothing where PATH itself is a link, or cannot be read wholly
    if [ -L "$1" ] || [ ! -e "$1" ]; then return 1; fi
    sizes=$(find "$1" -type f -printf '%s\n') || return 1
    sizes=$(printf '%s\n' "$sizes" | awk 'NF { files++; bytes += $1 } END { printf "%d %.0f", files, bytes }')
    places=$(find "$1" \( -type f -o -type l \) -printf '%P\t%y\t%s\t%T@\t%l\n') || return 1
    places=$(printf '%s\n' "$places" | LC_ALL=C sort | md5sum) || return 1
    printf '%s %s\n' "$sizes" "${places%% *}"
}
"""
