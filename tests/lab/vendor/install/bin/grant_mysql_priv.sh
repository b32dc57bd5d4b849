#!/bin/bash
# Stand-in: everything to one MySQL user from a list of hosts; the password is on the command line, as the vendor's is.
while (($#)); do
    case $1 in
        -n | --login-path) login=$2 ;; -u | --user) user=$2 ;; -p | --password) password=$2 ;; -H | --host) hosts=$2 ;;
        *) echo "不可识别的参数: $1" >&2; exit 1 ;;
    esac
    shift 2
done
[[ -n $login && -n $user && -n $password && $hosts =~ ^[0-9.,]+$ ]] || { echo "--user, --password, --login-path, --host 都必须指定" >&2; exit 1; }
mysqladmin --login-path="$login" ping > /dev/null || { echo "请检查使用 mysql --login-path=$login 是否能免密连上" >&2; exit 1; }
for host in ${hosts//,/ }; do
    mysql --login-path="$login" -e "GRANT ALL ON *.* TO '$user'@'$host' IDENTIFIED BY '$password'" || { echo "给 $user@$host 授权失败" >&2; exit 1; }
    echo "$user@$host 授权成功"
done
