#!/bin/bash
# Stand-in for `bkcli install` of 6.2: one function per module, the vendor's order of side effects.
set -e
SELF_DIR=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
source "$SELF_DIR/tools.sh"
source "$SELF_DIR/install_gateway.rc"
source "$SELF_DIR/install_products.rc"

BKENV_MODULES=(dbadmin global paas license bkiam bkssm bkauth usermgr paasagent cmdb gse job paas_plugins bknodeman
    bkmonitorv3 bklog lesscode fta bkiam_search_engine bkapigw)

install_bkenv () {  # always exits 0; a lost tag truncates 01-generate while the old values still count as present
    local module
    set +e
    gen_bkrc
    for module in "${BKENV_MODULES[@]}"; do
        if [[ ! -f $HOME/.tag/$module.env && ! $module =~ ^(global|license|paasagent)$ ]]; then
            "$SELF_DIR/bin/generate_blueking_generate_envvars.sh" "$module" > "$SELF_DIR/bin/01-generate/$module.env" && make_tag "$module.env"
        fi
        [[ $module == dbadmin ]] || "$SELF_DIR/bin/merge_env.sh" "$module"
    done
    set -e
}

install_python () {
    emphasize "sync and install python on host: $1"
    pace 0.5
    "$CTRL_DIR/pcmd.sh" -m "$1" "grep -qw python $INSTALL_PATH/.installed_module || echo python >> $INSTALL_PATH/.installed_module"
}

install_paas () {
    local project ip
    placement paas
    emphasize "migrate paas sql"
    migrate_sql paas
    install_python paas
    emphasize "install docker on host: paas"
    "$CTRL_DIR/pcmd.sh" -m paas "$CTRL_DIR/bin/install_docker.sh"
    for project in ${1:-${_projects[paas]}}; do
        for ip in ${_project_ip["open_paas,$project"]//,/ }; do
            emphasize "install paas($project) on host: $ip"
            warn "此步骤耗时较长，请耐心等待"
            "$CTRL_DIR/pcmd.sh" -H "$ip" "$CTRL_DIR/bin/install_paas.sh -e $CTRL_DIR/bin/04-final/paas.env -m $project -s $BK_PKG_SRC_PATH -p $INSTALL_PATH -b \$LAN_IP"
            emphasize "register consul ${_project_consul["open_paas,$project"]} on host: $ip"
            reg_consul_svc "${_project_consul["open_paas,$project"]}" "${_project_port["open_paas,$project"]}" "$ip"
            pcmdrc paas "_sign_host_as_module $project"
        done
    done
    emphasize "add or update appcode: $BK_PAAS_APP_CODE"
    add_or_update_appcode "$BK_PAAS_APP_CODE" "$BK_PAAS_APP_SECRET"
    add_or_update_appcode bk_console "$BK_PAAS_APP_SECRET"
    add_or_update_appcode bk_monitorv3 bk_monitorv3
    emphasize "Registration authority model for paas"
    bkiam_migrate paas
    _update_common_info
    emphasize "sign host as module"
    pcmdrc paas "_sign_host_as_module paas"
}

install_auth () {
    placement auth
    emphasize "migrate auth sql"
    migrate_sql auth
    emphasize "install bkauth-server on host: $BK_AUTH_IP_COMMA"
    "$CTRL_DIR/pcmd.sh" -m auth "$CTRL_DIR/bin/install_bkauth.sh -e $CTRL_DIR/bin/04-final/bkauth.env -s $BK_PKG_SRC_PATH -p $INSTALL_PATH -b \$LAN_IP"
    reg_consul_svc bkauth "${_project_port["bkauth,server"]}" "$BK_AUTH_IP_COMMA"
    emphasize "sign host as module"
    pcmdrc auth "_sign_host_as_module auth"
}

install_redis_cluster () {
    local list
    ports
    list=${_project_port["redis_cluster,single"]//,/ }
    "$CTRL_DIR/pcmd.sh" -H "$BK_REDIS_CLUSTER_IP_COMMA" "$CTRL_DIR/bin/install_redis_cluster.sh -n redis-cluster -p '$list' -a '$BK_REDIS_CLUSTER_ADMIN_PASSWORD' -b \$LAN_IP"
    reg_consul_svc redis-cluster "${list%% *}" "$BK_REDIS_CLUSTER_IP_COMMA"
    emphasize "wait for the redis cluster node startup to complete"
    wait_ns_alive redis-cluster.service.consul || fail "redis-cluster.service.consul 无法解析"
    emphasize "create redis cluster on hosts: $BK_REDIS_CLUSTER_IP_COMMA"
    "$CTRL_DIR/pcmd.sh" -H "$BK_REDIS_CLUSTER_IP0" "echo yes | redis-cli -a $BK_REDIS_CLUSTER_ADMIN_PASSWORD --cluster create $(printf '%s ' ${list// / } | sed "s/[0-9]\+/\$LAN_IP:&/g")"
    emphasize "Check the redis cluster status, please wait"
    # the vendor sleeps ten seconds and looks once; waiting for the same thing keeps the lab quick and steady
    "$CTRL_DIR/pcmd.sh" -H "$BK_REDIS_CLUSTER_IP0" "source $CTRL_DIR/functions; for turn in \$(seq 40); do
        redis-cli -a '$BK_REDIS_CLUSTER_ADMIN_PASSWORD' -h $BK_REDIS_CLUSTER_IP0 -p ${list%% *} cluster info | grep -q cluster_state:ok && break; sleep 0.25; done
        ((turn < 40)) && ok '当前集群状态: cluster_state:ok' || err '当前集群状态异常'"
    emphasize "sign host as module"
    pcmdrc redis_cluster "_sign_host_as_module redis_cluster"
}

[[ $# -gt 0 ]] || { echo "Usage: install.sh MODULE [project]"; exit 1; }
module=$1
shift
case $module in
    bkauth) module=auth ;; bkiam) module=iam ;; bkssm) module=ssm ;; bkmonitorv3) module=monitorv3 ;;
    bklog) module=log ;; bknodeman) module=nodeman ;; bkapigw) module=apigw ;; saas-o | saas-t) module=saas ;;
    *) ;;
esac
if ! declare -F "install_$module" > /dev/null; then
    err "$module 不支持"
    exit 1
fi
"install_$module" "$@"
