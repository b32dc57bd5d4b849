#!/bin/bash
# Stand-in for the vendor's rendering of a module: bkr.sh on each of its hosts. The hosts are those of the word without a
# leading "bk", so that not every word that bkr.sh knows finds any.
SELF_DIR=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
[[ -n ${1:-} ]] || { echo "请给出模块名"; exit 2; }
echo "render $1 configuration for $1"
"$SELF_DIR/pcmd.sh" -m "${1#bk}" "$SELF_DIR/bin/bkr.sh $1"
