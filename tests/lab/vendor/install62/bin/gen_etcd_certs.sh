#!/bin/bash
# Stand-in: certificates for etcd, made by openssl instead of cfssl. A file that is there is kept; ~/.cfssl is left behind.
# usage: gen_etcd_certs.sh -p DIRECTORY -i "IP IP"
set -e
while (($#)); do
    case $1 in -p) dir=$2 ;; -i) ips=$2 ;; *) echo "不可识别的参数: $1" >&2; exit 1 ;; esac
    shift 2
done
mkdir -p "$dir" "$HOME/.cfssl"
echo '{"signing": {"default": {"expiry": "87600h"}}}' > "$HOME/.cfssl/ca-config.json"
key () { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
if [[ ! -f $dir/etcd-ca.pem ]]; then
    key "$dir/etcd-ca-key.pem"
    openssl req -x509 -new -key "$dir/etcd-ca-key.pem" -subj /CN=etcd-ca -days 3650 -out "$dir/etcd-ca.pem"
fi
number=0
for ip in $ips; do
    name=etcd$number number=$((number + 1))
    [[ -f $dir/$name.pem ]] && continue
    key "$dir/$name-key.pem"
    openssl req -new -key "$dir/$name-key.pem" -subj /CN=etcd |
        openssl x509 -req -CA "$dir/etcd-ca.pem" -CAkey "$dir/etcd-ca-key.pem" -CAcreateserial -days 3650 -out "$dir/$name.pem" \
            -extfile <(printf 'extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=IP:127.0.0.1,IP:%s,DNS:etcd.service.consul\n' "${ips// /,IP:}")
done
