"""What a finished slice looks like, asked with plain commands and none of bkrec's own probes.

So that a probe which lies is found too: a verdict is false where it says converged and one of these does not hold.
"""

from collections.abc import Iterator

from tests.lab.machine.api import Lab
from tests.lab.support.operator import on

H1 = r"""
[ "$(cat /data/src/VERSION)" = 6.2.2 ] || echo "version of the sources is $(cat /data/src/VERSION)"
for key in BK_REDIS_CLUSTER_ADMIN_PASSWORD; do
    [ "$(cat /data/install/bin/0[1-3]-*/dbadmin.env | grep -c "^$key=")" = 1 ] || echo "$key is not there once"
done
for file in /data/install/bin/03-userdef/*.env; do
    sed -n 's/^\([A-Z_0-9]*\)=.*/\1/p' "$file" | sort | uniq -d | sed "s|^|$file defines twice: |"
done
for word in auth redis_cluster; do
    [ "$(grep -v '^#' /data/install/install.config | grep -cw "$word")" = 1 ] || echo "$word is not placed once"
done
ls -d /data/src.*/src /data/src/src 2>/dev/null | sed 's/^/nested: /'
sort /root/.migrate/0002_open_paas_*_mysql.sql | grep -q . || echo "paas was not migrated"
[ "$(ls -d /data/backup/src* /data/src.bak* /data/src_* 2>/dev/null | wc -l)" -le 1 ] || echo "sources put aside twice"
"""
H2 = r"""
up=$(docker ps --format '{{.Names}}' | grep -c '^bk-paas-')
[ "$up" = 6 ] || echo "$up containers of paas run, not 6"
for unit in appengine console esb login apigw; do
    [ "$(systemctl is-active bk-paas-$unit.service)" = active ] && echo "old unit bk-paas-$unit still runs"
done
:
"""
H3 = r"""
[ "$(systemctl is-active bk-auth.service)" = active ] || echo "bk-auth is $(systemctl is-active bk-auth.service)"
for port in 6380 6381 6382; do
    REDISCLI_AUTH=$(sed -n 's/^requirepass //p' /etc/redis/$port/redis_cluster.conf); export REDISCLI_AUTH
    redis-cli -h 10.0.0.3 -p $port cluster info | grep -q cluster_state:ok || echo "redis cluster is not ok at $port"
done
"""


def untruths(lab: Lab) -> Iterator[str]:
    for host, script in (("h1", H1), ("h2", H2), ("h3", H3)):
        for line in on(lab, host, script).splitlines():
            yield f"{host}: {line}"
