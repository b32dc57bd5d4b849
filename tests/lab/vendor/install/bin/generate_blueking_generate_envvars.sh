#!/bin/bash
# Stand-in for the vendor's secret generator: prints the keys of one module that are still empty in what dbadmin.env and
# 04-final/MODULE.env say, each with a new random value or a copy of another key. The caller redirects into 01-generate.
# Which keys: secrets.conf (MODULE KEY LENGTH|=OTHER_KEY|text).
cd "$(dirname "$(readlink -f "$0")")" || exit 1
source ../functions
[[ -r /data/src/blueking.env ]] && source /data/src/blueking.env || echo "/data/src/blueking.env: No such file" >&2
for file in 01-generate/dbadmin.env 02-dynamic/hosts.env "04-final/$1.env"; do [[ -r $file ]] && source "$file"; done
grep -q "^$1 " secrets.conf || exit 1  # a module the generator does not know gets no tag
while read -r module key rule; do
    [[ $module == "$1" && -z ${!key} ]] || continue
    case $rule in
        \<empty\>) value='' ;;
        =*) name=${rule#=}; value=${!name} ;;
        *[!0-9]*) value=$(eval "echo \"$rule\"") ;;
        *) value=$(rndpw "$rule") ;;
    esac
    printf '%s=%q\n' "$key" "$value" | sed "s/=''\$/=/"
    printf -v "$key" '%s' "$value"
done < secrets.conf
