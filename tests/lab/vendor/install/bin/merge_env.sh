#!/bin/bash
# Stand-in for the vendor's merge of one module's environment: default < 01 < 02 < 03 global < 03 module, only keys that
# default/MODULE.env names, quoted with %q. It exits 1 whenever some key is empty, and writes the result all the same.
module=$1
cd "$(dirname "$(readlink -f "$0")")" || exit 1
shopt -s nullglob
defaults=$(mktemp) result=$(mktemp)
trap 'rm -f "$defaults" "$result"' EXIT
awk '!/^[ \t]*[A-Z][A-Z0-9_]+=[ \t]*(#.*)?$/' default/*.env > "$defaults"
source "$defaults"
for file in 01-generate/*.env 02-dynamic/"$module".*env; do source "$file"; done
[[ -s 03-userdef/global.env ]] && source 03-userdef/global.env
for file in 03-userdef/"$module".*env; do source "$file"; done
while read -r line || [[ -n $line ]]; do
    key=${line%%=*}
    if [[ $line =~ ^[A-Z] ]]; then printf '%s=%q\n' "$key" "${!key}"; else printf '%s\n' "$line"; fi
done < "default/$module.env" > "$result"
rc=0
if grep -E "^[A-Za-z0-9_]+=('')?$" "$result"; then
    echo "$module: 以上变量的值为空，请确认" >&2
    rc=1
fi
cp "$result" "04-final/$module.env"
exit $rc
