# Stand-in for the vendor's environment loader: all layers into one shell, through a world of secrets in /tmp.
# Kept from the original: local.env is touched each time, nothing is exported, an empty hosts.env only complains.
_load_from=$PWD
cd "${BASH_SOURCE%/*}" 2>/dev/null
mkdir -p /etc/blueking/env
touch /etc/blueking/env/local.env
_load_tmp=$(mktemp /tmp/bk_all_XXXXX.env)
if [[ ! -s bin/02-dynamic/hosts.env ]]; then
    echo "$PWD/bin/02-dynamic/hosts.env 不存在,请先生成"
    return 1
fi
for _load_file in bin/01-generate/*.env bin/02-dynamic/*.env bin/03-userdef/*.env bin/04-final/*.env /etc/blueking/env/local.env; do
    [[ -f $_load_file ]] && printf '%s\0' "$_load_file"
done | xargs -0 awk '!/^[ \t]*[A-Z][A-Z0-9_]+=[ \t]*$/' >> "$_load_tmp"
source "$_load_tmp"
cd "$_load_from"
rm -f "$_load_tmp"
