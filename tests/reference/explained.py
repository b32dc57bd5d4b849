#!/usr/bin/env python3
"""Which difference from the guide explains each line of a comparison of two clusters?

The one cluster was taken to the release by the guide's commands, the other by `bkrec apply`; both were dumped and the
dumps compared, a line per place: `+ /h1/consul/kv/bkcfg/fqdn/bkapi = …` (only bkrec's has it), `- …` (only the
guide's), `~ …` (both, otherwise). Prints how many lines each entry of deviations.toml explains; a line that none
explains is a bug, here or in bkrec, and exit 1.

python tests/reference/explained.py comparison.txt
"""

import re
import sys
from collections import Counter
from pathlib import Path

PLACES: tuple[tuple[str, str], ...] = (
    (r"/backups/data\[(install_|dbbak|mongodb_bak)", "dated-backups"),
    (r"/backups/(dbbak|mongodb_bak|mysql_dump_has_databases)", "dated-backups"),
    (r"/bk_install_step", "no-step-file"),
    (r"/consul/kv/bkcfg/fqdn/(apigw|bkapi|jobapi)", "gateway-virtual-host"),
    (r"/nginx_(conf|templates)\[conf\.d/apigw\.conf\]", "gateway-virtual-host"),
    (r"/consul/services/gse-(api|config)\.json", "gse-in-consul"),
    (r"/units/bk-gse-syncdata\.service", "gse-syncdata"),
    (r"/units/bk-log-grafana\.service", "log-grafana-runs"),
    (r"/units/bk-(filebeat|logstash)\.target/(active|sub)", "log-plugin-targets"),
    (r"/env/.*/defined_twice", "variables-once"),
    (
        r"/env/.*(BKLOG_REDIS_PASSWORD|USERMGR_REDIS_PASSWORD|TRANSFER_REDIS_PASSWORD|ALERT_ES7_PASSWORD"
        r"|NODEMAN_REDIS_HOST|JOB_MANAGE_SERVER_HOST0)",
        "empty-keys-filled",
    ),
    (r"/env/secrets_shared\[.*(REDIS_ADMIN|ES7_ADMIN)_PASSWORD", "empty-keys-filled"),
    (r"/docker/(data_root_configured|containers/.*restart)", "containers-outlive-docker"),
    (r"/mysql/production_info/", "versions-last"),
    (r"/migrated\[[^]]*_iam\.json\]", "models-registered"),
    (r"/install_config\[", "order-of-names"),
    (r"/install_tree/topo_job_list", "topology-by-hand"),
    (r"/install_tree/sha", "sync-really-copies"),  # and topology-by-hand, and variables-once below bin/default
    (r"/cmdb_topology", "topology-by-hand"),
    (r"/virtualenvs( = \[\]|\[\.bkrec-retired\])", "moved-aside"),
)
"""Where it shows → the entry's id; the first that fits."""


def explained(line: str) -> str | None:
    return next((name for place, name in PLACES if re.match(rf"[-+~] /[^/]+{place}", line)), None)


def main(path: str) -> int:
    lines = [line for line in Path(path).read_text(encoding="utf-8").splitlines() if line[:2] in ("+ ", "- ", "~ ")]
    told = Counter(explained(line) for line in lines)
    for name, count in sorted((str(name or "UNEXPLAINED"), count) for name, count in told.items()):
        print(f"{count:5}  {name}")
    for line in lines:
        if explained(line) is None:
            print(f"?  {line[:160]}")
    return 1 if None in told else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
