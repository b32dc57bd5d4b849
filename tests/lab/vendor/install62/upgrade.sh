#!/bin/bash
# Stand-in for `bkcli upgrade`: distribute, back up, replace, migrate, restart, one host after the other.
# Units and sysconfig of 6.1 stay as they are.
set -euo pipefail
SELF_DIR=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
set +u
source "$SELF_DIR/tools.sh"
set -u
[[ $# -gt 0 && -d $BK_PKG_SRC_PATH/$(map_module_name "$1") ]] || { echo "Usage: upgrade.sh {bkiam|cmdb|job}"; exit 1; }
export PRSYNC_EXTRA_OPTS=--delete
common="-p $INSTALL_PATH -s $BK_PKG_SRC_PATH"
release="-u $common -B $BK_PKG_SRC_PATH/backup"

case $1 in
    bkiam)
        "$CTRL_DIR/sync.sh" iam "$BK_PKG_SRC_PATH/bkiam/" "$BK_PKG_SRC_PATH/bkiam/"
        "$CTRL_DIR/bin/sql_migrate.sh" -n mysql-iam "$BK_PKG_SRC_PATH"/bkiam/support-files/sql/*.sql
        emphasize "start upgade bkiam"
        "$CTRL_DIR/pcmd.sh" -p 1 -m iam "$CTRL_DIR/bin/install_bkiam.sh -b \$LAN_IP $common -e $CTRL_DIR/bin/04-final/bkiam.env"
        "$CTRL_DIR/control.sh" restart bkiam ;;
    cmdb)
        "$CTRL_DIR/sync.sh" cmdb "$BK_PKG_SRC_PATH/cmdb/" "$BK_PKG_SRC_PATH/cmdb/"
        emphasize "start upgade cmdb"
        "$CTRL_DIR/pcmd.sh" -p 1 -m cmdb "$CTRL_DIR/bin/release_cmdb.sh $release -e $CTRL_DIR/bin/04-final/cmdb.env" ;;
    job)
        "$CTRL_DIR/sync.sh" nginx "$BK_PKG_SRC_PATH/job/" "$BK_PKG_SRC_PATH/job/"
        "$CTRL_DIR/sync.sh" job "$BK_PKG_SRC_PATH/job/" "$BK_PKG_SRC_PATH/job/"
        emphasize "import sql"
        "$CTRL_DIR/bin/sql_migrate.sh" -n mysql-job "$BK_PKG_SRC_PATH"/job/support-files/sql/*/*.sql
        bkiam_migrate job
        emphasize "update job backend on all job hosts"
        "$CTRL_DIR/pcmd.sh" -p 1 -m job "$CTRL_DIR/bin/release_job_backend.sh $release -e $CTRL_DIR/bin/04-final/job.env --run-mode $BK_JOB_RUN_MODE"
        emphasize "update job frontend on nginx hosts"
        "$CTRL_DIR/pcmd.sh" -p 1 -m nginx "$CTRL_DIR/bin/release_job_frontend.sh $common -B $BK_PKG_SRC_PATH/backup -i \$BK_JOB_API_PUBLIC_URL" ;;
    *) echo "Usage: upgrade.sh {bkiam|cmdb|job}"; exit 1 ;;
esac
_update_common_info "$1"
