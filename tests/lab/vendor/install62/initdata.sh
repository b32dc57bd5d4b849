# Stand-in for `bkcli initdata`: one function per module. What a container answers behind pcmd is lost but for its last line.
_initdata_nodeman () {
    source "$CTRL_DIR/tools.sh"
    local host=$BK_NODEMAN_IP0 plugins=$INSTALL_PATH/bknodeman/nodeman/official_plugin server agent
    local inside="docker exec -i bk-nodeman-nodeman runuser -u blueking -- bash -lc"
    cd "$BK_PKG_SRC_PATH" || return 1
    "$CTRL_DIR/pcmd.sh" -H "$host" "find $plugins/gse_agent/ $plugins/gse_proxy/ -type f -name 'gse_*ce-*.tgz' -exec rm -fv {} \;"
    emphasize "copy file to nginx"
    "$CTRL_DIR/pcmd.sh" -H "$host" "$inside './bin/manage.sh copy_file_to_nginx' < /dev/null"
    emphasize "copy gse file to nodeman"
    server=$(ls -t gse_ce-*.tgz | head -1) agent=$(ls -t gse_agent_ce-*.tgz | head -1)
    rsync -a "$server" "$agent" "$host:$BK_PKG_SRC_PATH/"
    "$CTRL_DIR/pcmd.sh" -H "$host" "cp -a $BK_PKG_SRC_PATH/$agent $plugins/gse_agent/"
    "$CTRL_DIR/pcmd.sh" -H "$host" "cp -a $BK_PKG_SRC_PATH/$server $plugins/gse_proxy/"
    emphasize "start gse agent packaging, please wait for moment"
    pace 2
    "$CTRL_DIR/pcmd.sh" -H "$host" "$inside 'source bin/environ.sh; python manage.py init_agents -o stable' < /dev/null"
    rsync gse_plugins/*.tgz "$host:$plugins/"
    "$CTRL_DIR/pcmd.sh" -H "$host" "$inside './bin/manage.sh init_official_plugins' < /dev/null"
    emphasize "sync py36.tgz file to host:nodeman"
    rsync -a python/py36.tgz "$host:$INSTALL_PATH/public/bknodeman/download/"
}

_initdata_topo () {  # with 1: hosts into their modules, nothing else
    local ip file set
    source "$CTRL_DIR/load_env.sh" > /dev/null
    set="/opt/py36/bin/python $CTRL_DIR/bin/create_blueking_set.py -c $BK_PAAS_APP_CODE -t $BK_PAAS_APP_SECRET"
    if [[ $1 != 1 ]]; then
        $set --tpl "$CTRL_DIR/bin/default/blueking_service_module.tpl" --create-service || return 1
        pace 2
        "$CTRL_DIR/bin/create_blueking_topo_template.sh" "$CTRL_DIR/bin/default/blueking_topo_module.tpl"
        $set --create-set || return 1
    fi
    for ip in "${ALL_IP[@]}"; do
        file=$(mktemp /tmp/init_topo.XXXXXXXXX)
        "$CTRL_DIR/pcmd.sh" -H "$ip" "cat $INSTALL_PATH/.installed_module" > "$file"
        $set --create-proc-instance -f "$file" && rm -f "$file" || return 1
    done
}
