#!/bin/bash
# Stand-in for `bkcli check`: asks consul which services of a module this host has; says nothing and exits 0 for none.
SELF_DIR=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
source "$SELF_DIR/tools.sh" > /dev/null
check () { "$CTRL_DIR/pcmd.sh" -m "$1" "$CTRL_DIR/health_check/check_consul_svc_health.sh '$2'"; }
case $1 in
    paas) check paas '^paas-' ;;
    bkiam) check iam '^bkiam' ;;
    bkssm) check ssm '^bkssm' ;;
    usermgr) check usermgr '^usermgr' ;;
    cmdb) check cmdb '^cmdb-' ;;
    bklog) check log '^bklog-' ;;
    gse) "$CTRL_DIR/pcmd.sh" -m gse "$CTRL_DIR/bin/bks.sh '^bk-gse-'"; exit 0 ;;
    job) check job '^job-'; exit 0 ;;
    *) echo "Usage: bkcli check {paas|bkiam|bkssm|usermgr|cmdb|bklog|gse|job}"; exit 1 ;;
esac
