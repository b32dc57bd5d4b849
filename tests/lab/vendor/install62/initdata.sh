# Stand-in for `bkcli initdata`: one function per module.
_initdata_nodeman () {
    source "$CTRL_DIR/tools.sh"
    "$CTRL_DIR/pcmd.sh" -H "$BK_NODEMAN_IP0" "set -e; docker ps --format '{{.Names}}' | grep -qx bk-nodeman-nodeman
        for kind in gse_agent gse_proxy; do mkdir -p $INSTALL_PATH/bknodeman/nodeman/official_plugin/\$kind; echo stand-in > $INSTALL_PATH/bknodeman/nodeman/official_plugin/\$kind/\$kind.tgz; done
        docker exec bk-nodeman-nodeman python manage.py init_agents -o stable < /dev/null
        docker exec bk-nodeman-nodeman python manage.py init_official_plugins < /dev/null
        mkdir -p $INSTALL_PATH/public/bknodeman/download; echo stand-in > $INSTALL_PATH/public/bknodeman/download/py36.tgz"
}
