#!/bin/bash
# Stand-in for the vendor's SQL import: a file whose name is marked in ~/.migrate is skipped whatever is in it;
# marks are immutable; an import that fails half-way leaves what it did and no mark.
set -euo pipefail
SELF_DIR=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
source "$SELF_DIR/../functions"
login=''
while [[ ${1:-} == -* ]]; do
    case $1 in -n | --login-path) login=$2; shift 2 ;; *) echo "不可识别的参数: $1" >&2; exit 1 ;; esac
done
usage () { echo "用法: sql_migrate.sh -n <login-path> sql1 sql2 ..."; exit 1; }
if ! mysql --login-path="$login" -e 'show processlist' > /dev/null; then
    echo "mysql --login-path=$login is not valid" >&2
    usage
fi
for file in "$@"; do [[ -r $file ]] || { echo "$file is not readable." >&2; usage; }; done
mkdir -p "$HOME/.migrate"
for file in "$@"; do
    mark=$HOME/.migrate/${file##*/}
    if [[ -f $mark ]]; then
        echo "$file already import, skip."
        continue
    fi
    pace 0.4
    echo 'mysql: [Warning] Using a password on the command line interface can be insecure.' >&2
    if ! mysql --login-path="$login" < "$file"; then
        echo "$file import err, Abort."
        exit 1
    fi
    echo "$file import done."
    md5sum "$file" | cut -d ' ' -f 1 > "$mark"
    chattr +i "$mark"
done
