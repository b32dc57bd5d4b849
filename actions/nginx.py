"""Ingress (nginx): templates, the keys they read, and JOB's start page, on each nginx host.

The guide copies the templates and reloads consul-template. That renders paas.conf and never apigw.conf: the entry
below conf.d and the two keys for the gateway's domains are written only by install_consul_template.sh. So that script
is run, which does all three. Guide 7.2; bin/install_consul_template.sh:77-139.

It also writes anew how the entrance listens: the port of BK_PAAS_PUBLIC_ADDR, on https 443, becomes
bkcfg/ports/paas_http, and 443 bkcfg/ports/paas_https. The templates then say `listen 443; listen 443 ssl;`, which nginx
refuses, and nobody listens on 80 any more: the entrance is down at its next restart. So these keys stay as they are;
each is written only where it has no value, or where both ports would be the same.
(bin/install_consul_template.sh:78-81; support-files/templates/nginx/paas.conf:50, 57-59; the guide never touches them.)
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, LiteralString

from actions.action import Action, Disrupts, Undo
from actions.lib.consul_shell import KEY_VALUE
from actions.lib.env_shell import VALUE
from probes.command import Command
from probes.fact import AnyExpected
from probes.text import FileMentions
from specs.reason import Reason, reason

PRESERVE_PORTS: LiteralString = (
    KEY_VALUE
    + """
consul() { # as the vendor's script calls it: what decides how the entrance listens is not written over
    case "${1-} ${2-} ${3-}" in
    'kv put bkcfg/ports/paas_http' | 'kv put bkcfg/ports/paas_https' | 'kv put bkcfg/global/bk_http_schema') ;;
    *) command consul "$@"; return ;;
    esac
    there=$(value "$3") || return 1
    given=${4-}
    if [ "$3" = bkcfg/ports/paas_http ]; then
        tls=$(value bkcfg/ports/paas_https) || return 1
        tls=${tls:-443}
        if [ "$there" = "$tls" ]; then there=; fi
        if [ "$given" = "$tls" ]; then given=80; fi
    fi
    if [ -n "$there" ]; then
        echo "$3 stays $there"
    else
        command consul kv put "$3" "$given"
    fi
}
export -f value consul
accepted() { # nginx reads its configuration without a complaint
    if [ -x /usr/local/openresty/nginx/sbin/nginx ]; then /usr/local/openresty/nginx/sbin/nginx -t; fi
}
"""
)

STAYS_ACCEPTED = """
stays_accepted() { # three times in a row: consul-template renders a moment later, one file after the other
    accepted_times=0 tries=0
    while [ "$accepted_times" -lt 3 ]; do
        if accepted; then accepted_times=$((accepted_times + 1)); else accepted_times=0; fi
        tries=$((tries + 1))
        [ "$tries" -lt 20 ] || return 1
        sleep "${1:-1}"
    done
}
"""

SAVE_TEMPLATES = """
save_templates() { # NEW LIVE SAVED: a template that the site may have changed stays, under its own digest
    for template in "$1"/*.conf; do
        live=$2/${template##*/}
        if [ -f "$live" ] && ! cmp -s -- "$template" "$live"; then
            (umask 077; mkdir -p -- "$3")
            sum=$(md5sum < "$live")
            install -m 0600 -p -- "$live" "$3/${template##*/}.${sum%% *}"
            echo "$live differs from the release's: saved in $3"
        fi
    done
}
"""

RENDER = (
    """set -eu
"""
    + PRESERVE_PORTS
    + STAYS_ACCEPTED
    + SAVE_TEMPLATES
    + """
install=$1 note=/var/lib/bkrec/tasks/nginx-templates
accepted || echo "nginx refuses its configuration as it is, before anything is rendered" >&2
mkdir -p -m 0700 -- "$(dirname -- "$note")"
date +%s > "$note"
sync
mkdir -p /etc/consul-template/templates /etc/consul-template/conf.d
templates=/etc/consul-template/templates
save_templates "$install/support-files/templates/nginx" "$templates" /var/lib/bkrec/saved/nginx-templates
cp -p -- "$install"/support-files/templates/nginx/*.conf /etc/consul-template/templates/
"$install/bin/install_consul_template.sh" -m nginx
systemctl reload consul-template.service
# where nginx refuses what was rendered, openresty still runs with the old
stays_accepted || { echo "nginx refuses what was rendered: openresty must not be restarted" >&2; exit 1; }
rm -f -- "$note"
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderNginx(Action):
    """Bring templates, keys and conf.d in line, and have consul-template read them again."""

    install: str
    effects: tuple[AnyExpected, ...]
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["nginx.render"] = "nginx.render"
    login_shell: ClassVar[bool] = True
    typical_s: ClassVar[float] = 10.0
    undo: ClassVar[Undo] = "derived"

    def ensures(self) -> tuple[AnyExpected, ...]:
        return self.effects

    def command(self) -> Command:
        return Command(script=RENDER, args=(self.install,))

    def side_effects(self) -> tuple[Reason, ...]:
        return (reason("affects-nginx"),)


PAGES: LiteralString = (
    "set -eu\n"
    + VALUE
    + """
install=$1 home=$2 src=$3 key=$4
url=$(value "$install/bin/04-final/global.env" "$key")
[ -n "$url" ] || { echo "no $key" >&2; exit 1; }
mkdir -p -- "$src/backup"
exec "$install/bin/release_job_frontend.sh" -p "$home" -B "$src/backup" -s "$src/" -i "$url"
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseJobPages(Action):
    """Release JOB's pages from the host's own /data/src with the address that the new virtual host answers."""

    install: str
    home: str
    src: str
    key: str
    identity: ClassVar[tuple[str, ...]] = ("key",)
    kind: Literal["nginx.job-pages"] = "nginx.job-pages"
    login_shell: ClassVar[bool] = True
    undo: ClassVar[Undo] = "derived"

    def ensures(self) -> tuple[AnyExpected, ...]:
        page, env = f"{self.home}/job/frontend/index.html", f"{self.install}/bin/04-final/global.env"
        names = FileMentions(host=self.host, file=page, env=env, key=self.key)
        return (names.must_be(True, because=reason("page-released"), source="bin/release_job_frontend.sh"),)

    def command(self) -> Command:
        return Command(script=PAGES, args=(self.install, self.home, self.src, self.key))

    @property
    def disrupts(self) -> Disrupts:
        return "no"
