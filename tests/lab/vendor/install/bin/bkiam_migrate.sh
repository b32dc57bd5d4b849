#!/bin/bash
# Stand-in for the registration of permission models: asks whether bkiam is well, then marks each json in ~/.migrate.
SELF_DIR=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
source "$SELF_DIR/../functions"
source "$SELF_DIR/../load_env.sh" > /dev/null
curl -sf -m 5 "http://$BK_IAM_IP0:5001/healthz" | grep -q ok || { echo "bkiam is not ok, Abort." >&2; exit 1; }
mkdir -p "$HOME/.migrate"
for file in "$@"; do
    mark=$HOME/.migrate/${file##*/}
    if [[ -f $mark ]]; then echo "$file already migrated, skip."; continue; fi
    pace 0.3
    echo "[$LAN_IP] do migrate ${file##*/}: {\"code\":0,\"message\":\"ok\"}"
    md5sum "$file" | cut -d ' ' -f 1 > "$mark"
    chattr +i "$mark"
done
