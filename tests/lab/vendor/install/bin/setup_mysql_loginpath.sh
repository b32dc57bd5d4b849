#!/bin/bash
# Stand-in for the vendor's login path maker: drives the prompt of mysql_config_editor through expect and ends in
# `interact`, so without a terminal on stdin the editor is hung up on before it has written anything.
set -euo pipefail
port=3306 name='' host='' user='' password=''
while (($#)); do
    case $1 in
        -n | --name | --login-path) name=$2 ;;
        -h | --host | --socket) host=$2 ;;
        -P | --port) port=$2 ;;
        -u | --user) user=$2 ;;
        -p | --password) password=$2 ;;
        *) echo "不可识别的参数: $1" >&2; exit 1 ;;
    esac
    shift 2
done
[[ -n $name && -n $host && -n $user && -n $password ]] || { echo "用法: setup_mysql_loginpath.sh -n NAME -h HOST -u USER -p PASSWORD"; exit 1; }
if [[ -S $host ]]; then where=--socket=$host; else where="--host=$host --port=$port"; fi
expect -c "
spawn mysql_config_editor set --skip-warn --login-path=$name $where --user=$user --password
expect -nocase \"Enter password:\" {send \"$password\r\"; interact}
"
