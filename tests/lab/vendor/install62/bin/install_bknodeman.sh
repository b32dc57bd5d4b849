#!/bin/bash
# Stand-in for node management as a container.
source "$(dirname "$(readlink -f "$0")")/standin.rc"
options "$@"
directories bknodeman
mkdir -p "$prefix/public/bknodeman/download"
rsync -a --delete "$src/bknodeman/" "$prefix/bknodeman/"
pace 1
container bk-nodeman-nodeman bknodeman nodeman bk-nodeman
