#!/bin/bash
# Stand-in for bkiam's installation, which upgrading it is, too.
source "$(dirname "$(readlink -f "$0")")/standin.rc"
options "$@"
directories bkiam
rsync -a --delete "$src/bkiam/" "$prefix/bkiam/"
pace 1
unit bk-iam '' "$prefix/bkiam/bin/iam"
systemctl daemon-reload
if systemctl is-enabled bk-iam > /dev/null 2>&1; then systemctl start bk-iam; else systemctl enable --now bk-iam; fi
