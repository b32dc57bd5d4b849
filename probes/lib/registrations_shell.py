"""Rows of MySQL that define a platform, as entries of the seal: variables of SaaS, and what gateways have released.

A digest of each row is made by the server, so that no value leaves it. When a gateway was released is an entry's time:
what was registered anew while a job ran is that job's work. A variable has no time. Source: MySQL 5.7, SHA2(), which is
NULL of a server without TLS; open_paas.paas_app_envvars; `probes/lib/gateway_tables.py`, whose times are in UTC.
"""

from typing import LiteralString

from probes.lib.gateway_tables import GATEWAY_TABLES

ROWS: LiteralString = r"""
registrations() { # of those that $scope names
  for word in saas gateway; do
    names=$(printf '%s\n' "$scope" | sed -n "s/^@$word$tab[^$tab]*$tab//p")
    [ -n "$names" ] || continue
    login=$(printf '%s\n' "$scope" | sed -n "s/^@$word$tab\([^$tab]*\)$tab.*/\1/p" | sed -n 1p)
    found=$({ rows_of "$word"; echo "select 'end';"; } | of_server "$login") || found=
    case "$newline$found" in
      *"${newline}end") : ;;
      *) printf 'unread\tregistrations\t%s\n' "$word"; continue ;;
    esac
    printf '%s\n' "$found" | names=$names awk -F '\t' '
      BEGIN { for (i = split(ENVIRON["names"], name, "\n"); i; i--) wanted[name[i]] = 1 }
      NF < 5 || !($2 in wanted) { next }
      length($4) != 64 { print "unread\tregistrations\t" $1; next }
      { printf "registrations\tr\t-\t-\t-\t-\t%s\t-\t%s\t%s:%s:%s\002\n", $5, $4, $1, $2, $3 }'
  done
}
rows_of() { # saas|gateway: kind, whose, name, digest, when it was last changed
  case $1 in
    saas)
      echo "select 'saas', app_code, concat(mode, ':', name), sha2(ifnull(value, ''), 256), '-'
        from open_paas.paas_app_envvars;" ;;
    gateway)
      gateway_query "''gateway'', g.name, s.name, sha2(r.resource_version_id, 256),
        timestampdiff(second, ''1970-01-01'', r.updated_time)" ;;
  esac
}
of_server() { # LOGIN-PATH: sudo may keep the operator's HOME, and login paths are in root's
  HOME=$(echo ~root) timeout 20 mysql --no-defaults --login-path="$1" --connect-timeout=5 --batch --skip-column-names \
    2>/dev/null
}
"""
REGISTRATIONS_SHELL: LiteralString = GATEWAY_TABLES + ROWS
"""Needs $scope, $tab and $newline of `probes/lib/seal_shell.py`."""
