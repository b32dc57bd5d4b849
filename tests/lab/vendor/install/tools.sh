# Stand-in for the vendor's tool box: what install and upgrade share. Also sourced by operators (add_saas_environment,
# _update_common_info). No `set -e` here.
CUR_DIR=$(cd "${BASH_SOURCE%/*}" 2>/dev/null; pwd)
source "$CUR_DIR/load_env.sh"
source "$CUR_DIR/functions"

map_module_name () {  # module -> its directory under /data/src
    case $1 in
        log) echo bklog ;; iam) echo bkiam ;; iam_search_engine) echo bkiam_search_engine ;; ssm) echo bkssm ;;
        appo | appt) echo paas_agent ;; monitorv3) echo bkmonitorv3 ;; nodeman) echo bknodeman ;; paas) echo open_paas ;;
        auth | bkauth) echo bkauth ;; apigw | bkapigw) echo bk_apigateway ;; *) echo "$1" ;;
    esac
}

module_pattern () {  # module -> host group, units, containers; nothing for what status does not know
    local name group units containers
    while read -r name group units containers; do
        [[ $name == "$1" ]] && echo "$group $units $containers"
    done < "$CUR_DIR/service_map.conf"
}

ports () { source <("$CTRL_DIR/qq.py" -s -P "$CTRL_DIR/bin/default/port.yaml"); }

placement () {  # MODULE: its projects with ports, consul names and hosts
    source <("$CTRL_DIR/qq.py" -p "$BK_PKG_SRC_PATH/$(map_module_name "$1")/projects.yaml" -P "$CTRL_DIR/bin/default/port.yaml")
}

pcmdrc () {
    local target=$1 flag=-m
    shift
    [[ $target =~ [0-9]\. ]] && flag=-H
    "$CTRL_DIR/pcmd.sh" $flag "$target" "source \$CTRL_DIR/action.rc; source \$CTRL_DIR/tools.sh; $*"
}

reg_consul_svc () {  # NAME[tag.NAME] PORT IP,IP: the redirect truncates before the definition is known to be good
    local name=$1 port=$2 addr=$3 tag=''
    [[ $name == *.* ]] && tag=${name%%.*} name=${name#*.}
    "$CTRL_DIR/pcmd.sh" -H "$addr" "$CTRL_DIR/bin/reg_consul_svc -n $name ${tag:+-t $tag} -p $port -a \$LAN_IP -D > /etc/consul.d/service/$name${tag:+-$tag}.json && consul reload"
}

_sign_host_as_module () {
    local file=$INSTALL_PATH/.installed_module
    mkdir -p "$INSTALL_PATH"
    touch "$file"
    grep -Eq "^$1\b" "$file" || echo "$1" >> "$file"
}

migrate_sql () {
    local path login
    ports
    login=${_project_consul["mysql,$1"]}
    path=$BK_PKG_SRC_PATH/$(map_module_name "$1")/support-files/sql
    case $1 in
        paas) "$CTRL_DIR/bin/sql_migrate.sh" -n "$login" "$path"/*.sql &&
            "$CTRL_DIR/bin/sql_migrate.sh" -n "$login" "$CTRL_DIR"/support-files/sql/0001_ops_*.sql ;;
        job) "$CTRL_DIR/bin/sql_migrate.sh" -n "$login" "$path"/*/*.sql ;;
        *) "$CTRL_DIR/bin/sql_migrate.sh" -n "$login" "$path"/*.sql ;;
    esac
}

add_or_update_appcode () { "$CTRL_DIR/bin/add_or_update_appcode.sh" "$1" "$2" "$1" mysql-paas; }

bkiam_migrate () {
    local dir
    dir=$BK_PKG_SRC_PATH/$(map_module_name "$1")/support-files/bkiam
    "$CTRL_DIR/bin/bkiam_migrate.sh" "$dir"/*.json
}

sync_secret_to_bkauth () {  # without a host for auth pcmd has no target and the caller aborts at its very end
    "$CTRL_DIR/pcmd.sh" -H "${BK_AUTH_IP0:-}" "$INSTALL_PATH/bkauth/bin/bkauth sync -c $INSTALL_PATH/etc/bkauth_config.yaml"
}

add_saas_environment () {  # rows for the SaaS; errors of single rows are nobody's business
    local code key
    [[ -f $CTRL_DIR/saas_var.env ]] || return 0
    source "$CTRL_DIR/saas_var.env"
    for code in $(grep -oE '^declare -A [a-z0-9_]+_KV' "$CTRL_DIR/saas_var.env" | awk '{ sub(/_KV$/, "", $3); print $3 }'); do
        local -n table=${code}_KV
        for key in "${!table[@]}"; do
            mysql --login-path=mysql-paas -e "USE open_paas; INSERT INTO paas_app_envvars (app_code, mode, name, value, intro) VALUES
                ('$code', 'all', '$key', '${table[$key]}', 'lab') ON DUPLICATE KEY UPDATE value = '${table[$key]}'"
        done
        unset -n table
    done
}

_update_common_info () {  # [MODULE]: writes what /data/src says, installed or not; without an argument all rows
    local -A names
    local codes=() all code index version
    source "$CTRL_DIR/product_names.conf"
    step "upgrade version info"
    log "update version info to db"
    all=("${!names[@]}")
    [[ -n ${1:-} ]] && codes=("$(map_module_name "$1")") || codes=("${all[@]}")
    for code in "${codes[@]}"; do
        index=1
        for i in "${!all[@]}"; do [[ ${all[i]} == "$code" ]] && index=$((i + 1)); done
        if [[ $code == bksuite ]]; then version=$(cat "$BK_PKG_SRC_PATH/VERSION"); else version=$(cat "$BK_PKG_SRC_PATH/$code/VERSION" 2>/dev/null || true); fi
        [[ $code == paas_plugins && -z $version ]] && continue
        mysql --login-path=mysql-paas -e "USE bksuite_common; REPLACE INTO production_info VALUES ('$index', '$code', '${names[$code]:-}', '$version')"
    done
}
