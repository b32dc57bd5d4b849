#!/bin/bash
# Stand-in for the vendor's unit table. As in the original it is no judge: the exit code is always 0.
printf '%-40s %-12s %-10s %-10s\n' UNIT LOAD ACTIVE SUB
mapfile -t units < <({ systemctl list-unit-files --no-legend --plain; systemctl list-units --all --no-legend --plain; } 2>/dev/null | awk '{ print $1 }' | grep -E "$1" | sort -u)
((${#units[@]})) || printf '\033[31m%-40s %-12s %-10s %-10s\033[0m\n' "$1" not-found inactive '(dead)'
for unit in "${units[@]}"; do
    mapfile -t shown < <(systemctl show -p LoadState -p ActiveState -p SubState --value "$unit")
    printf '%-40s %-12s %-10s (%s)\n' "$unit" "${shown[@]}"
done
exit 0
