#!/bin/bash
# Stand-in for `bkcli install` of 6.1: only what an upgrade may meet before the scripts are replaced.
set -e
SELF_DIR=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
source "$SELF_DIR/tools.sh"
BKENV_MODULES=(dbadmin global paas license bkiam bkssm usermgr paasagent cmdb gse job paas_plugins bknodeman bkmonitorv3 bklog lesscode fta)
[[ ${1:-} == bkenv ]] || { err "$1 不支持 (lab: 6.1)"; exit 1; }
set +e
gen_bkrc
for module in "${BKENV_MODULES[@]}"; do
    if [[ ! -f $HOME/.tag/$module.env && ! $module =~ ^(global|license|paasagent)$ ]]; then
        "$SELF_DIR/bin/generate_blueking_generate_envvars.sh" "$module" > "$SELF_DIR/bin/01-generate/$module.env" && make_tag "$module.env"
    fi
    [[ $module == dbadmin ]] || "$SELF_DIR/bin/merge_env.sh" "$module"
done
exit 0
