"""ESB: queries to the products behind BlueKing's API bus, from the controller.

The vendor's scripts ask the same way: the address and the PaaS's own application are in 04-final/paas.env, the user is
`admin`, a question is a JSON object posted to /api/c/compapi/v2/<system>/<api>/. The application's secret is read on
the host and reaches curl inside the body, on stdin: an argument is in `ps`. An ESB that echoes it has it removed before
the answer leaves the host. HTTP 200 means nothing: a refusal comes as `"result": false`, with a code of its own; a
gateway's 502 is a page. Only `"result": true` with `data` is an answer, everything else is Unknown, with its reason.

Not a family: the families that use it have the facts (`probes/agent.py`), and their queries are read-only. An action
that changes something (`actions/smoke_test.py`) does it with the same shell, so a secret is handled in one place.
Source: bin/esb_api_test.sh; bin/create_blueking_set.py; paas2/esb/common/errors.py of TencentBlueKing/legacy-bk-paas.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString, cast

from probes.command import Command, Output
from probes.env import FILE_STATES
from probes.fact import Unknown
from probes.lib.env_awk import ENV_AWK
from probes.lib.rows import rows_of
from specs.reason import CodedReason, reason

LIMIT = 4_000_000
"""Bytes of one answer. CMDB gives at most 500 hosts a page, some 100 kB."""
DEADLINE_S = 15.0
_API = re.compile(r"[a-z][a-z0-9]*/[a-z][a-z0-9_]*", re.ASCII)
_REFUSAL = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    env: str
    """/data/install/bin/04-final/paas.env on the host that sends the query."""
    api: str
    """ "gse/get_agent_status": system and API."""
    body: str
    """A JSON object with at least one field; application and user are put in on the host."""

    def __post_init__(self) -> None:
        """Raises ValueError where it is not what becomes part of a URL and of a JSON object."""
        if not _API.fullmatch(self.api) or not self.body.startswith('{"'):
            raise ValueError(f"no question for the ESB: {self.api}")


def question(env: str, api: str, **body: Any) -> Question:
    """Its bytes depend on the question alone: equal questions are sent once."""
    return Question(env=env, api=api, body=json.dumps(body, sort_keys=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The `data` of a `"result": true`, as JSON has it; the caller checks every type."""

    data: Any


ENV_STRING: LiteralString = (
    r"""
kept() ( # a variable of an env file as a JSON string; nothing and 1 where it cannot be told
  file=$1 key=$2
  set -- 1 "$file" "$key"
"""
    + FILE_STATES
    + "\n  awk -- '"
    + ENV_AWK
    + r"""
BEGIN {
  prepare()
  STATE[1] = substr(ARGV[1], 2, 1)
  if (STATE[1] == "r") load(1, ARGV[3])
  look(1, ARGV[4])
  if (SEEN != "value" || VALUE == "" || VALUE ~ /[\001-\037"\\]/) exit 1
  printf "%s", VALUE
}
' "$states" "$@"
)
"""
)

FUNCTIONS: LiteralString = (
    ENV_STRING
    + r"""post() { # API BODY: what came, on one line; then HTTP's status and curl's exit status
  printf '{"bk_app_code":"%s","bk_app_secret":"%s","bk_username":"admin",%s' "$code" "$secret" "${2#?}" |
    curl -q -s -g -m "$seconds" --noproxy '*' --proto '=http' --max-filesize "$most" -X POST \
      -H 'Content-Type: application/json' --data-binary @- -w '\n%{http_code}' \
      --url "http://$address/api/c/compapi/v2/$1/" 2>/dev/null
  printf ' %s' "$?"
}
shown() { # all of it without the secret, cut after what is allowed
  tr '\000-\037' '[ *32]' | {
    BKREC_SECRET=$secret
    export BKREC_SECRET
    awk 'BEGIN { s = ENVIRON["BKREC_SECRET"] }
      {
        while (s != "" && (at = index($0, s))) {
          printf "%s***", substr($0, 1, at - 1)
          $0 = substr($0, at + length(s))
        }
        printf "%s", $0
      }'
  } | head -c "$((most + 64))"
}
"""
)
"""`post API BODY | shown`: with `most`, `seconds`, and what ACCOUNT sets."""

PAAS_ADDRESS: LiteralString = 'address=$(kept "$1" BK_PAAS_PRIVATE_ADDR) || address=paas.service.consul:80\n'
"""Where BlueKing's own products ask PaaS and the ESB, past every login and every name of the operator's; from the env
file `$1`, with `ENV_STRING`. Source: bin/saas.py:181; bin/default/global.env:38."""

ACCOUNT: LiteralString = (
    """    secret=$(kept "$1" BK_PAAS_APP_SECRET) && code=$(kept "$1" BK_PAAS_APP_CODE) || secret=
    """
    + PAAS_ADDRESS
)
"""From the env file `$1`; no `secret` where there is no application."""

ASK: LiteralString = (
    r"""most=$1 seconds=$2 i=${begin:-0} opened=
shift 2
command -v curl >/dev/null 2>&1 || have=no
while [ $# -ge 3 ]; do
  if [ "$opened" != "$1" ]; then
    opened=$1
"""
    + ACCOUNT
    + r"""  fi
  if [ "${have:-yes}" = no ]; then printf '%s\tno-curl\n' "$i"
  elif [ -z "$secret" ]; then printf '%s\tno-secret\n' "$i"
  else
    printf '%s\tsaid\t' "$i"
    post "$2" "$3" | shown
    printf '\n'
  fi
  i=$((i + 1))
  shift 3
done
"""
)
SCRIPT: LiteralString = FUNCTIONS + ASK


def request(questions: Sequence[Question]) -> Command:
    """Each once, in the order given."""
    return Command(script=SCRIPT, args=arguments(questions), timeout_s=timeout_s(questions))


def arguments(questions: Sequence[Question]) -> tuple[str, ...]:
    """Arguments of SCRIPT. A family with rows of its own prints them first and passes their number as `begin`."""
    unique = _once(questions)
    return (
        str(LIMIT),
        f"{DEADLINE_S:g}",
        *(word for question in unique for word in (question.env, question.api, question.body)),
    )


def timeout_s(questions: Sequence[Question]) -> float:
    return 10.0 + (DEADLINE_S + 1) * len(_once(questions))


def answers(questions: Sequence[Question], output: Output, *, begin: int = 0) -> Mapping[Question, Answer | Unknown]:
    unique = _once(questions)
    rows = rows_of(output, count=begin + len(unique))[begin:]
    return {question: read(question.api, row, env=question.env) for question, row in zip(unique, rows, strict=True)}


def _once(questions: Sequence[Question]) -> tuple[Question, ...]:
    return tuple(dict.fromkeys(questions))


def read(api: str, row: tuple[str, ...], *, env: str) -> Answer | Unknown:
    """One row of SCRIPT's output, without its index. Raises ValueError where it is not one."""
    match row:
        case ("no-curl",):
            return Unknown(reason("tool-missing", tool="curl"))
        case ("no-secret",):
            return Unknown(reason("esb-no-secret", file=env))
        case ("said", text):
            return _whole(api, text)
        case _:
            raise ValueError("the answer of the ESB is not understood")


def _whole(api: str, text: str) -> Answer | Unknown:
    """A truncated answer has lost the two numbers at its end. Raises ValueError where they are missing otherwise."""
    if len(text.encode("utf-8", "surrogateescape")) > LIMIT:
        return Unknown(reason("esb-too-long", api=api))
    match = re.fullmatch(r"(.*) (\d{3}) (\d{1,3})", text, re.ASCII)
    if match is None:
        raise ValueError("the answer of the ESB is not whole")
    return _answer(api, *match.groups())


def _answer(api: str, text: str, status: str, end: str) -> Answer | Unknown:
    if end == "63":
        return Unknown(reason("esb-too-long", api=api))
    if end != "0":
        return Unknown(reason("esb-no-answer", api=api, exit=end))
    if status != "200":
        return Unknown(reason("esb-status", api=api, status=status))
    match _json(text):
        case {"result": True, "data": data}:
            return Answer(data=data)
        case {"result": False, "code": int() | str() as code, **rest}:
            return Unknown(_refused(api, str(code), rest.get("message")))
        case _:
            return Unknown(reason("esb-not-json", api=api))


def _json(text: str) -> Mapping[str, Any]:
    """An empty one for what is none: numbers that are too long and brackets that go too deep are none either."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def _refused(api: str, code: str, message: object) -> CodedReason:
    """The message is the other side's: one line of it, of what can be printed."""
    words = "".join(c if c.isprintable() else " " for c in message) if isinstance(message, str) else ""
    return reason("esb-refused", api=api, error=code[:20], message=" ".join(words.split())[:_REFUSAL])
