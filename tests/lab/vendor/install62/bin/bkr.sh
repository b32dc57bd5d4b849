#!/bin/bash
# Stand-in for the rendering of a module on the host where it is called, with the arguments of each module's installer. It
# ends with 1 where the package is not unpacked here, or for a module of which the lab's package has no templates.
SELF_DIR=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
source "$SELF_DIR/../tools.sh"
name=$(map_module_name "$1")
for directory in "$BK_HOME/$name" "$BK_PKG_SRC_PATH/$name"; do
    [[ -d $directory ]] || { echo "没有目录 $directory"; exit 1; }
done
case $name in
    bkauth | gse | job)
        "$SELF_DIR/render_tpl" -u -m "$name" -p "$BK_HOME" -e "$SELF_DIR/04-final/$name.env" -E LAN_IP="$LAN_IP" \
            "$BK_PKG_SRC_PATH/$name/support-files/templates"/* ;;
    *) echo "$0: 没有 $name 的模板" >&2; exit 1 ;;
esac
