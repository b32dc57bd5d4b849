#!/bin/bash
# Stand-in: a module that runs as units. rsync --delete of the product, then one unit per line of module_services.conf.
# gse's are not started here (bk-gse.target is), nor paas_plugins', nor a unit that is enabled already: that one stays as it is.
# usage: install_units.sh MODULE SOURCE PREFIX
set -e
SELF_DIR=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
source "$SELF_DIR/../functions"
[[ -d $2 ]] && rsync -a --delete "$2/" "$3/$(basename "$2")/"
pace 1

binary () {  # NAME PORT FILE
    mkdir -p "$(dirname "$3")"
    if (($2)); then run="httpd -f -p $2 -h /usr/local/lib/bklab/www"; else run='tail -f /dev/null'; fi
    printf '#!/bin/busybox sh\n# stand-in for %s\nexec /bin/busybox %s\n' "$1" "$run" > "$3"
    chmod +x "$3"
}

unit () {  # NAME TARGET BINARY
    printf '[Unit]\nDescription=%s (stand-in)\nPartOf=blueking.target %s\n[Service]\nExecStart=%s\nRestart=always\nRestartSec=3s\n[Install]\nWantedBy=multi-user.target %s\n' \
        "$1" "$2" "$3" "$2" > "/usr/lib/systemd/system/$1.service"
    if [[ $2 != multi-user.target && ! -f /usr/lib/systemd/system/$2 ]]; then
        printf '[Unit]\nDescription=%s (stand-in)\n[Install]\nWantedBy=multi-user.target\n' "$2" > "/usr/lib/systemd/system/$2"
        systemctl enable "$2"
    fi
    systemctl daemon-reload
}

while read -r module name file port target; do
    [[ $module == "$1" ]] || continue
    [[ $target == - ]] && target=multi-user.target
    was=$(systemctl is-enabled "$name.service" 2>/dev/null || true)
    binary "$name" "$port" "$3/$file"
    unit "$name" "$target" "$3/$file"
    systemctl enable "$name.service"
    [[ $1 == gse || $1 == paas_plugins* || ($1 == log-grafana && $was == enabled) ]] || systemctl restart "$name.service"
done < "$SELF_DIR/../module_services.conf"
