"""Work that an upgrade owes: leave a note of it before, do it afterwards, and record it on proof.

The proof is what the tool says, not its exit status, wherever the guide knows the two to differ: both IAM migrations
exit 0 when they failed, and say so in one line when they did not. Two have nothing but their exit status yet, for want
of a known trace: the plugins of node management and the spaces of monitoring. Passwords reach a program by its
environment or its memory, never by an argument. Guide 7.6, 7.10, 7.12, 7.15, 7.16.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, LiteralString

from actions.action import Action, Disrupts, Undo
from actions.envshell import VALUE
from probes.fact import AnyExpected, AnyFact
from probes.owed import WorkDone, WorkNoted
from probes.shell import Command
from specs.module import Work
from specs.reason import Told, coded

NOTE: LiteralString = """set -eu
note=/var/lib/bkrec/owed/$1
[ ! -e "$note" ] || exit 0
mkdir -p -m 0700 -- "$(dirname -- "$note")"
if [ -n "$2" ]; then head -n 1 -- "$2"; else date +%s; fi > "$note.part"
[ -s "$note.part" ]
dd if="$note.part" of="$note.synced" conv=fsync 2>/dev/null
rm -f -- "$note.part"
mv -T -- "$note.synced" "$note"
"""


def done_of(noted: WorkNoted) -> WorkDone:
    return WorkDone(host=noted.host, work=noted.work, release=noted.release, file=noted.file, version=noted.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWork(Action):
    """Leave the note; one that is there already keeps what it says (the version before the first attempt)."""

    work: Work
    remembers: str = ""
    """A file whose first line the note keeps: the version that was installed before."""
    noted: WorkNoted
    identity: ClassVar[tuple[str, ...]] = ("work",)
    kind: Literal["owed.note"] = "owed.note"

    def ensures(self) -> tuple[AnyExpected, ...]:
        return (self.noted.must_be(True, because=coded("work-noted"), source=""),)

    def voids(self) -> tuple[AnyFact, ...]:
        return (done_of(self.noted),)

    def command(self) -> Command:
        return Command(script=NOTE, args=(self.work, self.remembers))

    @property
    def undo(self) -> Undo:
        return "beside"


HEAD: LiteralString = """set -eu
install=$1 home=$2 work=$3 release=$4
note=/var/lib/bkrec/owed/$work record=/var/lib/bkrec/owed/$work.done
mkdir -p -m 0700 -- /var/lib/bkrec/owed
paid() { # the record first: beside it a note owes nothing any more
    printf '%s done %s\n' "$release" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" | dd of="$record.part" conv=fsync 2>/dev/null
    mv -T -- "$record.part" "$record"
    [ ! -e "$note" ] || mv -T -- "$note" "$note.paid.$(date +%Y%m%d%H%M%S)"
}
said() { # SENTENCE COMMAND …: true once the command has said it
    sentence=$1
    shift
    log=/var/lib/bkrec/owed/$work.log
    "$@" > "$log" 2>&1 || { cat -- "$log"; echo "it failed" >&2; return 1; }
    cat -- "$log"
    grep -qF -e "$sentence" -- "$log" || { echo "it did not say: $sentence" >&2; return 1; }
}
"""

SUBJECTS: LiteralString = (
    HEAD
    + VALUE
    + """
script=$5
[ -r "$script" ] || { echo "no migration script at $script" >&2; exit 1; }
python=/opt/py36/bin/python3
"$python" -c 'import pymysql' || /opt/py36/bin/pip3 install PyMySQL
env=$install/bin/01-generate/dbadmin.env
BKREC_PASSWORD=$(value "$env" BK_MYSQL_ADMIN_PASSWORD)
BKREC_USER=$(value "$env" BK_MYSQL_ADMIN_USER)
BKREC_USER=${BKREC_USER:-root} BKREC_HOST=$6 BKREC_SCRIPT=$script
export BKREC_PASSWORD BKREC_USER BKREC_HOST BKREC_SCRIPT
run() {
    "$python" -c '
import os, runpy, sys
e = os.environ
sys.argv = [e["BKREC_SCRIPT"], "-H", e["BKREC_HOST"], "-P", "3306", "-u", e["BKREC_USER"], "-p", e["BKREC_PASSWORD"]]
sys.argv += ["-D", "bkiam", sys.stdin.readline().strip()]
runpy.run_path(e["BKREC_SCRIPT"], run_name="__main__")
'
}
if echo check | run; then
    paid
    exit 0
fi
echo migrate | run
echo check | run
paid
"""
)

UPGRADER: LiteralString = (
    HEAD
    + """
phase=$5
from=$(head -n 1 -- "$note")
to=$(head -n 1 -- "$home/job/VERSION")
[ "$from" != "$to" ] || { echo "the note says $from, which is where it ended: from where, nobody knows" >&2; exit 1; }
log=/var/lib/bkrec/owed/$work.log
/usr/bin/java -Dfile.encoding=utf8 -Djob.log.dir="$home/logs/job" \
    -Dconfig.file="$home/etc/job/upgrader/upgrader.properties" \
    -jar "$home/job/backend/upgrader-$to.jar" "$from" "$to" "$phase" > "$log" 2>&1 || { cat -- "$log"; exit 1; }
cat -- "$log"
if grep -qiE 'UpgradeTask.*fail' -- "$log"; then exit 1; fi
paid
"""
)

PLUGINS: LiteralString = (
    HEAD
    + """
cd -- "$install"
# no wait for the container, which ce/bk_install:214-220 sleeps for: its service passing in consul is a precondition
./bkcli initdata nodeman
paid
"""
)

SPACES: LiteralString = (
    HEAD
    + """
docker exec bk-monitor ./bin/manage.sh init_space_data
paid
"""
)

MONITOR: LiteralString = (
    HEAD
    + """
to=/data/bkce/bkmonitorv3/monitor/support-files
docker exec bk-monitor mkdir -p "$to"
# /. copies what is in it: without it a second run nests support-files/support-files
docker cp "$home/bkmonitorv3/support-files/." "bk-monitor:$to"
said 'Congratulations! IAM upgrade successfully!!!' docker exec bk-monitor ./bin/api_manage.sh iam_upgrade_action_v2
paid
"""
)

LOG: LiteralString = (
    HEAD
    + """
to=/data/bkce/bklog/api/support-files/iam
docker exec bk-log-api mkdir -p "$to"
docker cp "$home/bklog/support-files/iam/." "bk-log-api:$to"
said 'Congratulations! IAM upgrade successfully!!!' docker exec bk-log-api \
    bash -lc 'source bin/environ.sh; /cache/.bk/env/bin/python3 manage.py iam_upgrade_action_v2'
paid
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoWork(Action):
    """Do it, and leave a record when its proof was seen."""

    work: Work
    done: WorkDone
    install: str
    home: str
    extra: tuple[str, ...] = ()
    before: tuple[AnyExpected, ...] = ()
    once: bool = False
    seconds: float = 60.0
    because: Told
    identity: ClassVar[tuple[str, ...]] = ("work",)
    kind: Literal["owed.do"] = "owed.do"

    def requires(self) -> tuple[AnyExpected, ...]:
        return self.before

    def ensures(self) -> tuple[AnyExpected, ...]:
        return (self.done.must_be(True, because=self.because, source=""),)

    def command(self) -> Command:
        args = (self.install, self.home, self.work, self.done.release, *self.extra)
        match self.work:
            case "iam-subjects":
                return Command(script=SUBJECTS, args=args)
            case "job-upgrader-before":
                return Command(script=UPGRADER, args=(*args, "BEFORE_UPDATE_JOB"))
            case "job-upgrader-after":
                return Command(script=UPGRADER, args=(*args, "AFTER_UPDATE_JOB"))
            case "nodeman-plugins":
                return Command(script=PLUGINS, args=args)
            case "monitor-space-data":
                return Command(script=SPACES, args=args)
            case "monitor-iam-actions":
                return Command(script=MONITOR, args=args)
            case "log-iam-actions":
                return Command(script=LOG, args=args)

    @property
    def disrupts(self) -> Disrupts:
        return "no" if self.work == "nodeman-plugins" else "data"

    @property
    def one_way(self) -> bool:
        return self.disrupts == "data"

    @property
    def idempotent(self) -> bool:
        return not self.once

    @property
    def login(self) -> bool:
        return True

    @property
    def resources(self) -> tuple[str, ...]:
        return ("bkcli",) if self.work == "nodeman-plugins" else (f"host:{self.host}",)

    @property
    def estimate_s(self) -> float:
        return self.seconds

    @property
    def deadline_s(self) -> float:
        return 7200.0
