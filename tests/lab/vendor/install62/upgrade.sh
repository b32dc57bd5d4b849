#!/bin/bash
# Stand-in for `bkcli upgrade`: back up, replace, migrate, restart. Units and sysconfig of 6.1 stay as they are.
set -euo pipefail
SELF_DIR=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
set +u
source "$SELF_DIR/tools.sh"
set -u

replace () {  # MODULE SRC_DIR UNITS_REGEX: the new tree over the old one, VERSION with it; the old binaries are kept
    "$CTRL_DIR/pcmd.sh" -m "$1" "set -e; test -d $BK_PKG_SRC_PATH/backup; tar -C $INSTALL_PATH -czf $BK_PKG_SRC_PATH/backup/$1_\$(date +%Y%m%d%H%M%S).tgz $2
        rsync -a $BK_PKG_SRC_PATH/$2/ $INSTALL_PATH/$2/; sleep 1
        systemctl list-unit-files --state=enabled --no-legend | awk '{ print \$1 }' | grep -E '$3' | xargs -r systemctl restart"
}

case ${1:-} in
    bkiam) "$CTRL_DIR/deliver.sh" bkiam; migrate_sql iam; replace iam bkiam '^bk-iam\.' ;;
    cmdb) "$CTRL_DIR/deliver.sh" cmdb; replace cmdb cmdb '^bk-cmdb-.*service'; consul kv put "release/cmdb/$(cat "$BK_PKG_SRC_PATH/cmdb/VERSION")" 1 ;;
    job) "$CTRL_DIR/deliver.sh" job; migrate_sql job; bkiam_migrate job; replace job job '^bk-job-.*service' ;;
    *) echo "Usage: upgrade.sh {bkiam|cmdb|job}"; exit 1 ;;
esac
_update_common_info "$1"
