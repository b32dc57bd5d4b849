#!/bin/bash
# Stand-in for user management as a container.
source "$(dirname "$(readlink -f "$0")")/standin.rc"
options "$@"
directories usermgr
rsync -a --delete "$src/usermgr/" "$prefix/usermgr/"
pace 1
container bk-usermgr-api usermgr api bk-usermgr
