"""Post-upgrade tasks: recorded as pending before the upgrade, run afterwards, recorded as done once verified.

A task is verified by its last output, never by its exit status: an empty script exits 0, both IAM migrations exit 0
when they failed, and JOB's upgrader exits 0 when it could not read its configuration (bk-job, Upgrader.java: main
returns on each error). One has nothing but its exit status: node management logs the
import of its packages inside its container only. Passwords reach a program by its environment or its memory, never by
an argument. Guide 7.6, 7.10, 7.12, 7.15, 7.16.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, LiteralString

from actions.action import Action, Disrupts, Undo
from actions.lib.env_shell import ADMIN, MYSQL_PORT
from probes.command import Command
from probes.fact import AnyExpected, AnyFact
from probes.task import TaskDone, TaskRecorded
from specs.module import TaskName
from specs.reason import InlineReason, reason

RECORD: LiteralString = """set -eu
note=/var/lib/bkrec/tasks/$1
[ ! -e "$note" ] || exit 0
mkdir -p -m 0700 -- "$(dirname -- "$note")"
if [ -n "$2" ]; then head -n 1 -- "$2"; else date +%s; fi > "$note.part"
[ -s "$note.part" ]
dd if="$note.part" of="$note.synced" conv=fsync 2>/dev/null
rm -f -- "$note.part"
mv -T -- "$note.synced" "$note"
"""


def done_of(recorded: TaskRecorded) -> TaskDone:
    return TaskDone(
        host=recorded.host, task=recorded.task, release=recorded.release, file=recorded.file, version=recorded.version
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTask(Action):
    """Record the task as pending; an existing record is kept (it has the version before the first attempt)."""

    task: TaskName
    version_file: str = ""
    """A file whose first line goes into the record: the version that was installed before."""
    recorded: TaskRecorded
    identity: ClassVar[tuple[str, ...]] = ("task",)
    kind: Literal["task.record"] = "task.record"
    undo: ClassVar[Undo] = "no-change"

    def ensures(self) -> tuple[AnyExpected, ...]:
        return (self.recorded.must_be(True, because=reason("task-recorded"), source=""),)

    def invalidates(self) -> tuple[AnyFact, ...]:
        return (done_of(self.recorded),)

    def command(self) -> Command:
        return Command(script=RECORD, args=(self.task, self.version_file))


HEAD: LiteralString = """set -eu
install=$1 home=$2 work=$3 release=$4
note=/var/lib/bkrec/tasks/$work record=/var/lib/bkrec/tasks/$work.done
mkdir -p -m 0700 -- /var/lib/bkrec/tasks
paid() { # the record first: beside it a note owes nothing any more
    printf '%s done %s\n' "$release" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" | dd of="$record.part" conv=fsync 2>/dev/null
    mv -T -- "$record.part" "$record"
    [ ! -e "$note" ] || mv -T -- "$note" "$note.paid.$(date +%Y%m%d%H%M%S)"
}
said() { # PATTERN COMMAND …: true once the command has said it and ended well
    pattern=$1
    shift
    log=/var/lib/bkrec/tasks/$work.log
    "$@" > "$log" 2>&1 || { cat -- "$log"; echo "it failed" >&2; return 1; }
    cat -- "$log"
    grep -qE -e "$pattern" -- "$log" || { echo "it did not say: $pattern" >&2; return 1; }
}
"""

MIGRATED = "check completed, all data migrate completed"
"""The last words of the migration script's `check` (bk-iam, build/support-files/migrate_subject_system_group.py)."""
MIGRATION = (MIGRATED, "subject_system_group", "group_system_auth_type", "only support migrate/check action")
"""Strings to find in it: the sentence, the two tables, and its very last one, which a truncated script lacks."""
PYTHON = "/opt/py36/bin/python3"

SUBJECTS: LiteralString = (
    HEAD
    + ADMIN
    + MYSQL_PORT
    + """
script=$5 sentence=$6 python=$7
[ -s "$script" ] || { echo "no migration script at $script" >&2; exit 1; }
"$python" -c 'import pymysql' || /opt/py36/bin/pip3 install PyMySQL
BKREC_PASSWORD=$(admin "$install" BK_MYSQL_ADMIN_PASSWORD)
BKREC_USER=$(admin "$install" BK_MYSQL_ADMIN_USER)
# of several servers, or one of the site's own, the one that has bkiam; consul's default name is the server given
merged=$install/bin/04-final/bkiam.env
BKREC_HOST=$(value "$merged" BK_IAM_MYSQL_HOST)
case $BKREC_HOST in '' | mysql-default.service.consul) BKREC_HOST=$8 ;; esac
BKREC_PORT=$(mysql_port "$merged" BK_IAM_MYSQL_PORT)
BKREC_USER=${BKREC_USER:-root} BKREC_SCRIPT=$script
export BKREC_PASSWORD BKREC_USER BKREC_HOST BKREC_PORT BKREC_SCRIPT
run() {
    "$python" -c '
import os, runpy, sys
e = os.environ
sys.argv = [e["BKREC_SCRIPT"], "-H", e["BKREC_HOST"], "-P", e["BKREC_PORT"], "-u", e["BKREC_USER"]]
sys.argv += ["-p", e["BKREC_PASSWORD"], "-D", "bkiam", sys.stdin.readline().strip()]
runpy.run_path(e["BKREC_SCRIPT"], run_name="__main__")
'
}
check() { echo check | run; }
tables() { # both of them, asked by a question of our own
    "$python" -B -c '
import os, pymysql, sys
e = os.environ
login = {"user": e["BKREC_USER"], "password": e["BKREC_PASSWORD"]}
server = pymysql.connect(host=e["BKREC_HOST"], port=int(e["BKREC_PORT"]), **login)
cursor = server.cursor()
cursor.execute("show tables from bkiam")
sys.exit(not {"subject_system_group", "group_system_auth_type"} <= {row[0] for row in cursor.fetchall()})
' || { echo "bkiam lacks subject_system_group or group_system_auth_type" >&2; return 1; }
}
if said "$sentence" check && tables; then
    paid
    exit 0
fi
echo migrate | run
said "$sentence" check || exit 1
tables || exit 1
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
said 'All [0-9]+ upgradeTasks finished successfully|No matched upgradeTasks need to run' \
    /usr/bin/java -Dfile.encoding=utf8 -Djob.log.dir="$home/logs/job" \
    -Dconfig.file="$home/etc/job/upgrader/upgrader.properties" \
    -jar "$home/job/backend/upgrader-$to.jar" "$from" "$to" "$phase" || exit 1
if grep -qiE 'UpgradeTask.*fail' -- "$log"; then
    echo "one of its tasks says that it failed" >&2
    exit 1
fi
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
said 'init space data successfully' docker exec bk-monitor ./bin/manage.sh init_space_data || exit 1
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
said 'Congratulations! IAM upgrade successfully!!!' \
    docker exec bk-monitor ./bin/api_manage.sh iam_upgrade_action_v2 || exit 1
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
    bash -lc 'source bin/environ.sh; /cache/.bk/env/bin/python3 manage.py iam_upgrade_action_v2' || exit 1
paid
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPostUpgradeTask(Action):
    """Run the task, and record it as done once verified."""

    task: TaskName
    done: TaskDone
    install: str
    home: str
    extra: tuple[str, ...] = ()
    requirements: tuple[AnyExpected, ...] = ()
    once: bool = False
    seconds: float = 60.0
    because: InlineReason
    identity: ClassVar[tuple[str, ...]] = ("task",)
    kind: Literal["task.run"] = "task.run"
    login_shell: ClassVar[bool] = True

    def requires(self) -> tuple[AnyExpected, ...]:
        return self.requirements

    def ensures(self) -> tuple[AnyExpected, ...]:
        return (self.done.must_be(True, because=self.because, source=""),)

    def command(self) -> Command:
        args = (self.install, self.home, self.task, self.done.release, *self.extra)
        match self.task:
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
        return "no" if self.task == "nodeman-plugins" else "data"

    @property
    def irreversible(self) -> bool:
        return self.disrupts == "data"

    @property
    def idempotent(self) -> bool:
        return not self.once

    @property
    def locks(self) -> tuple[str, ...]:
        return ("bkcli",) if self.task == "nodeman-plugins" else (f"host:{self.host}",)

    @property
    def estimate_s(self) -> float:
        return self.seconds

    @property
    def deadline_s(self) -> float:
        """JOB's upgrader waits up to 12 h for an answer (bk-job, Upgrader.java): it is not given up before."""
        return 46800.0 if self.task.startswith("job-upgrader") else 7200.0
