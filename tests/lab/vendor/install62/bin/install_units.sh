#!/bin/bash
# Stand-in: a module that runs as units. rsync --delete of the product, then one unit per line of module_services.conf.
# usage: install_units.sh MODULE SOURCE PREFIX
set -e
SELF_DIR=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
source "$SELF_DIR/../functions"
[[ -d $2 ]] && rsync -a --delete "$2/" "$3/$(basename "$2")/"
pace 1
while read -r module unit binary port target; do
    [[ $module == "$1" ]] || continue
    [[ $target == - ]] && target=multi-user.target
    mkdir -p "$(dirname "$3/$binary")"
    printf '#!/bin/busybox sh\n# stand-in for %s\nexec /bin/busybox httpd -f -p %s -h /usr/local/lib/bklab/www\n' "$unit" "$port" > "$3/$binary"
    chmod +x "$3/$binary"
    [[ $target == multi-user.target || -f /usr/lib/systemd/system/$target ]] || printf '[Unit]\nDescription=%s\n[Install]\nWantedBy=multi-user.target\n' "$target" > "/usr/lib/systemd/system/$target"
    printf '[Unit]\nDescription=%s (stand-in)\nPartOf=blueking.target %s\n[Service]\nExecStart=%s\nRestart=always\nRestartSec=3s\n[Install]\nWantedBy=multi-user.target %s\n' \
        "$unit" "$target" "$3/$binary" "$target" > "/usr/lib/systemd/system/$unit.service"
    systemctl daemon-reload
    systemctl enable "$unit.service"
    [[ $1 == gse ]] || systemctl restart "$unit.service"
done < "$SELF_DIR/../module_services.conf"
