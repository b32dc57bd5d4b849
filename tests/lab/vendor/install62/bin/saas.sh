#!/bin/bash
# Stand-in for the vendor's saas.py and for what PaaS does when it is asked: upload (two rows), release (a container on the
# first appo host in place of the old one), then the row that says which version is online. It asks for the outcome some
# times and exits 0 whatever it was told last. The monitor's very first deployment takes longer than that, as the guide warns.
# usage: saas.sh CODE FILE
set -e
HERE=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
source "$HERE/../functions"
source "$HERE/../load_env.sh" > /dev/null
code=$1 file=$2
version=${file#*_V}
version=${version%.tar.gz}
sql () { mysql --login-path=mysql-paas -Ns open_paas -e "$1"; }
curl -sf -m 5 -o /dev/null "http://$BK_PAAS_IP0:8001/healthz/" || { echo "upload $file failed: PaaS does not answer" >&2; exit 1; }
new=$(sql "INSERT IGNORE INTO paas_saas_app (code, name) VALUES ('$code', '$code');
    INSERT INTO paas_saas_upload_file (name, uploaded_at) VALUES ('$file', NOW());
    INSERT INTO paas_saas_app_version (version, saas_app_id, upload_file_id, updated_at)
        SELECT '$version', id, LAST_INSERT_ID(), NOW() FROM paas_saas_app WHERE code = '$code';
    SELECT LAST_INSERT_ID(); UPDATE paas_saas_app SET current_version_id = LAST_INSERT_ID() WHERE code = '$code'")
pace 3
if [[ $code == bk_monitorv3 && $(sql "SELECT COUNT(*) FROM paas_saas_app_version WHERE version = '$version'") == 1 ]]; then
    echo "deploy $code: still running after 60 polls"
    exit 0
fi
ssh -o BatchMode=yes "$BK_APPO_IP0" "docker ps -a --format '{{.Names}}' | grep '^$code-' | xargs -r docker rm -f
    docker run -d --network=host --name $code-$(date +%s) --label version=$version python36e:1.0" < /dev/null
sql "UPDATE paas_saas_app SET online_version_id = $new WHERE code = '$code'"
echo "deploy $code $version success"
