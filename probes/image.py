"""Docker images that an installer pulls: is the image on the host, or would its registry give it?

`docker pull` is never run. The registry is asked for the image's manifest as docker would, with the proxy that dockerd
was started with, anonymously where it wants a token; over plain HTTP only where daemon.json calls it insecure.
Source: the registry's HTTP API V2, manifests and token authentication; bin/init_gse_apigw_data.sh:24,93-105.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from probes.command import Command, Output
from probes.fact import AnyFact, Fact, Known, Reading, Readings, Unknown
from probes.lib.proxy import PROXIES
from probes.lib.rows import Row, rows_of
from probes.probe import Probe
from specs.reason import reason


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageSource(Fact[str]):
    """ "available" (on the host or in its registry), or what the registry answers: "hub.example: unresolved"."""

    image: str
    """With registry and tag: "hub.bktencent.com/blueking/bk-gse-apimgr:2.1.3"."""
    kind: Literal["image.source"] = "image.source"


SCRIPT = (
    PROXIES
    + r"""
config=$1 i=0
shift
setting() { # NAME: as dockerd was started with it
  systemctl show docker.service --property=Environment 2>/dev/null | sed 's/^Environment=//' | tr ' ' '\n' |
    tr -d '"' | awk -F = -v name="$1" 'tolower($1) == name { sub(/^[^=]*=/, ""); last = $0 } END { print last }'
}
head_of() { # URL TOKEN: status, then what it wants for a token
  if [ "$2" ]; then printf 'header = "Authorization: Bearer %s"\n' "$2"; fi |
    curl -K - -s -g -o /dev/null -D - -m 20 --connect-timeout 8 --proto '=http,https' $lax \
      -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' \
      -H 'Accept: application/vnd.oci.image.index.v1+json' \
      -H 'Accept: application/vnd.docker.distribution.manifest.list.v2+json' --url "$1" && return
  printf 'failed %s\n' "$?"
}
status_of() { awk '/^HTTP\// { status = $2 } /^failed / && !status { status = "failed " $2 } END { print status }'; }
asked() { # IMAGE: the status its registry answers with
  registry=${1%%/*} rest=${1#*/}
  name=${rest%:*} tag=${rest##*:} lax=
  answer=$(head_of "https://$registry/v2/$name/manifests/$tag" "")
  status=$(printf '%s\n' "$answer" | status_of)
  origin=https://$registry
  case $status in
    failed*)
      if grep -q "\"$registry\"" "$config" 2>/dev/null; then
        origin=http://$registry lax=-k
        answer=$(head_of "$origin/v2/$name/manifests/$tag" "")
        status=$(printf '%s\n' "$answer" | status_of)
      fi ;;
  esac
  if [ "$status" = 401 ]; then
    wants=$(printf '%s\n' "$answer" | tr -d '\r' |
      sed -n 's/^[Ww][Ww][Ww]-[Aa]uthenticate: *[Bb]earer *//p' | head -n 1)
    realm=$(printf '%s\n' "$wants" | sed -n 's/.*realm="\([^"]*\)".*/\1/p')
    service=$(printf '%s\n' "$wants" | sed -n 's/.*service="\([^"]*\)".*/\1/p')
    token=$(curl -s -g -f -m 20 --proto '=http,https' --get --data-urlencode "service=$service" \
      --data-urlencode "scope=repository:$name:pull" --url "$realm" |
      sed -n 's/.*"\(access_\)\{0,1\}token" *: *"\([^"]*\)".*/\2/p' | head -n 1)
    [ ! "$token" ] || status=$(head_of "$origin/v2/$name/manifests/$tag" "$token" | status_of)
  fi
  case $status in
    "failed "*) printf '%s: %s\n' "$registry" "$(curl_error "${status#failed }")" ;;
    200) echo available ;;
    *) printf '%s: HTTP %s\n' "$registry" "$status" ;;
  esac
}
login_proxies /nonexistent
for name in http_proxy https_proxy no_proxy; do
  value=$(setting "$name")
  [ ! "$value" ] || export "$name=$value"
done
for image do
  if timeout 10 docker inspect --type image "$image" >/dev/null 2>&1; then told=available
  elif command -v curl >/dev/null 2>&1; then told=$(asked "$image")
  else told=no-curl; fi
  printf '%s\timage\t%s\n' "$i" "$told"
  i=$((i + 1))
done
"""
)


def command(facts: Sequence[ImageSource]) -> Command:
    args = ("/etc/docker/daemon.json", *(fact.image for fact in facts))
    return Command(script=SCRIPT, args=args, timeout_s=30.0 + 80.0 * len(facts))


def parse(facts: Sequence[ImageSource], output: Output) -> Readings:
    readings: dict[AnyFact, Reading[str]] = {}
    for fact, row in zip(facts, rows_of(output, count=len(facts)), strict=True):
        readings[fact] = _read(row)
    return readings


def _read(row: Row) -> Reading[str]:
    match row:
        case ("image", "no-curl"):
            return Unknown(reason("tool-missing", tool="curl"))
        case ("image", answer) if answer:
            return Known(answer)
        case _:
            raise ValueError("the answer about an image is not understood")


FACTS: tuple[type[AnyFact], ...] = (ImageSource,)
PROBE = Probe(family="image", facts=FACTS, command=command, parse=parse)
