"""Smoke test around the replacement of GSE: run a job through JOB before and again afterwards, then archive the record.

Online agents are not yet a working pipeline: JOB hands work to GSE, GSE to an agent, and the result comes back. One
script that echoes a word, on one host, goes all that way. One host alone, because the others' agents are covered by
`actions/agent.py`: more hosts would prove no more of JOB, and any of them could fail the test. It runs as root, an
account that JOB itself makes for each business.

The ESB's answers are saved unchanged, without the application's secret, and evaluated by `probes/smoke_test.py`, never
here: the shell parses them only to know whether to poll again. A second run, as after a kill before the answer was
saved, leaves a second line in JOB's own history and nothing else. Before, one attempt counts: JOB serves, or it
does not. Afterwards three do, as JOB may just be looking for GSE's new servers. It takes the lock "bkcli", so that no
installer stops JOB, CMDB or the ESB during a test. Source: jobv3/apidocs/zh_hans/fast_execute_script.md of
TencentBlueKing/legacy-bk-paas, paas2/esb/components/confapis; createDefaultAccounts in AccountServiceImpl.java of
TencentBlueKing/bk-job.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, LiteralString

from actions.action import Action, Undo
from actions.lib.baseline_shell import ARCHIVE
from probes.cmdb import BUSINESS
from probes.command import Command
from probes.fact import AnyDrift, AnyExpected, AnyFact, Known
from probes.lib import esb
from probes.smoke_test import RECORD, SmokeTestBroken, decode_reason
from probes.task import DIRECTORY, TaskPending, TaskRecorded
from specs.diagnostic import Diagnostic, diagnose
from specs.reason import Reason, reason

JOB_S = 60
"""Seconds for one job; the minimum that JOB 3.x accepts as its own timeout."""
ATTEMPTS = 3

TRY: LiteralString = (
    esb.FUNCTIONS
    + esb.ACCOUNT
    + r"""
note=$2/$3 release=$4 patience=$6 host=$7 most=20000 seconds=15
business="\"bk_biz_id\":$5,\"bk_scope_type\":\"biz\",\"bk_scope_id\":\"$5\""
script='"task_name":"bkrec-trial","script_language":1,"script_content":"ZWNobyBia3JlYwo=","account_alias":"root","timeout":60'
command -v curl >/dev/null 2>&1 || have=no
ask() { # API BODY: one row, as a probe's would be
  if [ "${have:-yes}" = no ]; then echo no-curl
  elif [ -z "$secret" ]; then echo no-secret
  else
    printf 'said\t'
    post "$1" "$2" | shown
    printf '\n'
  fi
}
up() { IFS=. read -r now rest </proc/uptime && printf '%s' "$now"; }
try() { # two answers: to the start, and about the end
  to="\"target_server\":{\"ip_list\":[{\"bk_cloud_id\":0,\"ip\":\"$host\"}]}"
  start=$(ask jobv3/fast_execute_script "{$business,$script,$to}")
  job=$(printf '%s' "$start" | sed -n 's/.*"job_instance_id" *: *\([1-9][0-9]\{0,18\}\)[^0-9].*/\1/p')
  status=unasked until=$(($(up) + patience))
  while [ -n "$job" ]; do
    status=$(ask jobv3/get_job_instance_status "{$business,\"job_instance_id\":$job}")
    case $(printf '%s' "$status" | tr -d ' ') in *'"finished":true'*) break ;; esac
    [ "$(up)" -lt "$until" ] || break
    sleep 2
  done
  printf '%.1500s\n' "$start" "$status"
}
keep() { # FILE
  mkdir -p -m 0700 -- "$(dirname -- "$1")" &&
    printf '%s\n' "$release job $host $(date -u +%Y-%m-%dT%H:%M:%SZ)" "$start" "$status" |
    dd of="$1.part" conv=fsync 2>/dev/null && mv -T -- "$1.part" "$1"
}
"""
)

BEFORE: LiteralString = (
    TRY
    + r"""
if [ -r "$note" ] && IFS=' ' read -r said rest <"$note" && [ "$said" = "$release" ]; then
  echo "noted before: $rest"
  exit 0
fi
try
keep "$note"
"""
)

AFTER: LiteralString = (
    TRY
    + r"""
attempts=$8
if [ ! -r "$note" ] || ! IFS=' ' read -r said word host rest <"$note" || [ "$said $word" != "$release job" ]; then
  echo "no note of this release: nothing is asked for"
  exit 0
fi
case $host in '' | *[!0-9.]*) echo "the note names no host" >&2; exit 1 ;; esac
while :; do
  try
  keep "$note.again" || exit 1
  case $(printf '%s' "$status" | tr -d ' ') in *'"finished":true'*'"status":3'[!0-9]*) exit 0 ;; esac
  attempts=$((attempts - 1))
  [ "$attempts" -gt 0 ] || exit 1
  sleep 10
done
"""
)

ARCHIVE_BOTH: LiteralString = (
    """[ ! -e "$1/$2.again" ] || mv -T -- "$1/$2.again" "$1/$2.again.paid.$(date +%Y%m%d%H%M%S)"
"""
    + ARCHIVE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSmokeTest(Action):
    """Run it while all of the old release serves, and record the result; an existing record of this release is kept."""

    recorded: TaskRecorded
    env: str
    """Where the ESB's address and application are: 04-final/paas.env."""
    on: str
    """The address of the one host it runs on."""
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["smoke-test.record"] = "smoke-test.record"
    undo: ClassVar[Undo] = "no-change"

    def ensures(self) -> tuple[AnyExpected, ...]:
        return (self.recorded.must_be(True, because=reason("task-recorded"), source=""),)

    def invalidates(self) -> tuple[AnyFact, ...]:
        return (TaskPending(host=self.host, task=RECORD),)

    def command(self) -> Command:
        return Command(script=BEFORE, args=_arguments(self.env, self.recorded.release, self.on))

    @property
    def locks(self) -> tuple[str, ...]:
        return ("bkcli",)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSmokeTest(Action):
    """Run it again, on the host of the record; done when it passes, or where the record requires nothing."""

    broken: SmokeTestBroken
    env: str
    because: Reason
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["smoke-test.run"] = "smoke-test.run"
    typical_s: ClassVar[float] = 10.0
    effects_timeout_s: ClassVar[float] = 5.0
    """Its effect is in a file by the time it ends."""
    undo: ClassVar[Undo] = "no-change"

    def ensures(self) -> tuple[AnyExpected, ...]:
        return (self.broken.must_be((), because=self.because, source=""),)

    def command(self) -> Command:
        return Command(script=AFTER, args=(*_arguments(self.env, self.broken.release, ""), str(ATTEMPTS)))

    def explain_failure(self, drifts: Sequence[AnyDrift]) -> Diagnostic | None:
        reading = next((drift.reading for drift in drifts if drift.expected.fact == self.broken), None)
        if not isinstance(reading, Known) or not reading.value:
            return None
        job, why = decode_reason(reading.value)
        return diagnose("smoke-test-broken", where=self.host, because=why, source=SOURCE, job=job)

    @property
    def locks(self) -> tuple[str, ...]:
        return ("bkcli",)

    @property
    def deadline_s(self) -> float:
        return 900.0


SOURCE = "ZH/6.1/API文档/jobv3/zh-hans/get_job_instance_status.md of TencentBlueKing/BKDocs"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSmokeTest(Action):
    """Archive the record and the second answers, and mark the baseline as done."""

    release: str
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["smoke-test.archive"] = "smoke-test.archive"
    undo: ClassVar[Undo] = "no-change"

    def ensures(self) -> tuple[AnyExpected, ...]:
        pending = TaskPending(host=self.host, task=RECORD)
        return (pending.must_be(False, because=reason("smoke-test-archived"), source=""),)

    def command(self) -> Command:
        return Command(script=ARCHIVE_BOTH, args=(DIRECTORY, RECORD, self.release))


def _arguments(env: str, release: str, on: str) -> tuple[str, ...]:
    return (env, DIRECTORY, RECORD, release, str(BUSINESS), str(JOB_S), on)
