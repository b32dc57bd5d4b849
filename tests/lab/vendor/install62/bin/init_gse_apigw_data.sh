#!/bin/bash
# Stand-in: a container that runs once and registers GSE's API with the gateway, from an image that a real host pulls from
# the internet and the lab's has already. A leftover of that name stops it; its own exit code is lost behind `docker logs`.
set -e
while (($#)); do
    case $1 in -c) code=$2 ;; -s) secret=$2 ;; -v) version=$2 ;; -l) url=$2 ;; *) echo "不可识别的参数: $1" >&2; exit 1 ;; esac
    shift 2
done
[[ -n $code && -n $secret && -n $version && -n $url ]] || { echo "参数不满足要求，请根据提示传递需要参数" >&2; exit 1; }
docker run --rm --name=bk-gse-apimgr --net=host --env BK_API_URL_TMPL="$url/api/{api_name}" --env BK_APP_CODE="$code" \
    --env BK_APP_SECRET="$secret" --env BK_GSE_APP_VERSION="$version" -d "hub.bktencent.com/blueking/bk-gse-apimgr:$version" sync-apigateway
docker logs -f bk-gse-apimgr
source "$(dirname "$(readlink -f "$0")")/standin.rc"
gateway bk-gse || echo "sync-apigateway failed"  # in the container, whose exit code is lost
