"""Scripts for hosts: they parse as what runs them, and use nothing that a host of 2018 lacks.

A script sent to a host meets systemd 219, coreutils 8.22, bash 4.2, docker 18.09 and often dash or busybox-like shells:
what is forbidden here was tried there or is documented to be newer. A probe writes to no file, so that diff, plan and
check can be run on a production cluster at noon.
"""

import re
import subprocess
from collections.abc import Iterator
from functools import cache

import pytest

from reconciler.engine.jobs.scripts import RUNNER
from tests.architecture.host_scripts import Script, bare, scripts
from tests.architecture.redirections import late
from tests.architecture.statuses import lost, stops
from tests.architecture.tool_needs import all_scripts

NEVER = {
    r"systemd-run\b[^\n]*--(pipe|wait|collect)\b": "systemd 219 has no systemd-run --pipe, --wait, --collect",
    r"Standard(Output|Error)=(append|file|truncate):": "systemd 219 knows no StandardOutput=append:",
    r"\bsync\s+-[fd]\b": "coreutils 8.22 ignores what sync is told: dd conv=fsync",
    r"\bxargs\s+[^|\n]*--process-slot-var": "newer than findutils 4.5",
    r"\bjq\b": "BlueKing brings no jq to every host",
    r"\bcurl\b[^\n]*--fail-with-body": "curl 7.76",
    r"\bdocker\b[^\n]*\bcompose\b": "docker 18.09 has no compose",
}
NEVER_IN_AWK = {
    r"\[\^?[^\]\s\"]*\\/[^\]\n]*\]": "busybox awk takes that backslash for a character: [/] in a string",
}
NEVER_IN_SH = {
    r"\[\[": "[[ is bash",
    r"(^|[;{\s])local\s": "local is not POSIX",
    r"(^|[;\s])function\s+\w": "function is bash",
    r"<<<": "<<< is bash",
    r"[<>]\(": "process substitution is bash",
    r"(^|[;&|(]|\bthen\b|\bdo\b)[ \t]*source\s": "source is bash: .",
    r"\becho\s+-e\b": "echo -e prints -e in dash",
    r"\$'": "$'…' is bash",
    r"\bset\s+-o\s+pipefail\b": "pipefail is bash",
}
NEVER_IN_PROBES = {
    r"\bmktemp\b": "a probe writes nothing",
    r"\btee\b": "a probe writes nothing",
    r"\b(touch|mkdir|rm|mv|cp|chmod|chown|ln|install|dd|truncate)\s+-?[\"$/\w-]": "a probe changes nothing",
    r"\bsed\s+(-\w+\s+)*-i": "a probe changes nothing",
    r"\bsystemctl\s+(start|stop|restart|reload|enable|disable|mask|reset-failed|daemon-reload)\b": "a probe only looks",
    r"\bdocker\s+(run|start|stop|rm|exec|pull|load|tag)\b": "a probe only looks",
    r"\bbkcli\b": "each call of bkcli rewrites hosts.env, `status` too",
    r"\bload_env\.sh\b": "load_env.sh touches files and puts secrets into /tmp",
    r"\bpcmd\b(?!\||\)|'|\")": "pcmd reads hosts.env while others may rewrite it",
}


WITH_DOT_FILES = {
    r"\b(mysql|mysqldump)\s+(?!--no-defaults)(?=[^\n]*--login-path)(?![^\n]*--print-defaults)": "reads ~/.my.cnf",
    r"\bexpect\s+(?!-n -N)-": "reads ~/.expect.rc: -n -N",
    r"\| \"\$client\"(?![^\n]*--norc)": "reads ~/.mongorc.js: --norc",
    r"\bcurl\s+(?!-q)-": "reads ~/.curlrc: -q",
}


MAY_BE_LOST = {
    "head -c 300 | head -n 1 | tr '\\000' '?' | sed 's/[[:space:]]*$//'": "not read: written down as refused",
    "ls -t -- official_saas 2>/dev/null |": "no such directory: written down as missing",
    '$(said "$1" "$2")': "it always says something, and what it could not read it refuses",
}
"""Looked at one by one; each is what the text begins with."""

STOPS_ITSELF = {
    "actions/env.py": "merge_env.sh exits 1 on any empty key, which is usual: what shows in its file counts",
    "actions/unit.py": "reset-failed of a unit that never failed is no reason not to start it",
    "actions/smoke_test.py": "an answer that does not come is an answer here: each status is looked at",
    "actions/cmdb.py": "what a person does in the browser is only told",
}
"""Actions whose scripts go on after a failure, and why that is meant."""


def test_scripts_are_found() -> None:
    assert sum(script.probes for script in scripts()) > 10
    assert len(scripts()) > 20


def test_a_script_parses() -> None:
    """By the shells that run it: dash and bash, or bash alone where a login is asked for."""
    unread = [
        f"{script.where}: {shell} -n: {done.stderr}"
        for script in scripts()
        for shell in (["bash"] if script.bash else ["dash", "bash"])
        if (done := _parsed_by(shell, script.text)).returncode != 0
    ]
    assert unread == []


@cache
def _parsed_by(shell: str, text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([shell, "-n"], input=text, capture_output=True, text=True, timeout=10, check=False)


def test_a_script_that_does_not_parse_would_be_seen() -> None:
    assert all(_parsed_by(shell, "if true; then").returncode != 0 for shell in ("dash", "bash"))


def test_a_script_uses_nothing_new_and_nothing_forbidden() -> None:
    assert [f"{script.where}: {why}" for script in scripts() for why in _forbidden(script)] == []


def _forbidden(script: Script) -> Iterator[str]:
    rules = {**NEVER, **({} if script.bash else NEVER_IN_SH), **(NEVER_IN_PROBES if script.probes else {})}
    for text, forbidden in ((bare(script.text), rules), (script.text, NEVER_IN_AWK)):
        yield from (why for pattern, why in forbidden.items() if re.search(pattern, text, re.MULTILINE))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("systemd-run --pipe x", "systemd 219"),
        ("awk '/^[^\\/]*$/'", "busybox awk"),
        ("[[ a ]]", "[[ is bash"),
        ("touch /x", "a probe changes nothing"),
    ],
    ids=["newer", "backslash", "bash", "writes"],
)
def test_what_is_forbidden_would_be_seen(text: str, why: str) -> None:
    assert any(why in found for found in _forbidden(Script("probes/x.py:1", text, False)))


def _dot_files(script: Script) -> Iterator[str]:
    """A probe's curl and docker are called without them by `without_dot_files`."""
    code = re.sub(r"^\s*#.*|(command -v|grep) [^\n]*", "", script.text, flags=re.MULTILINE)
    rules = {pattern: why for pattern, why in WITH_DOT_FILES.items() if not script.probes or "curl" not in pattern}
    return (why for pattern, why in rules.items() if re.search(pattern, code))


SPEAKS_ENGLISH = {
    "consul": "no catalogue (Go)",
    "mongodump": "no catalogue (Go)",
    "mysql": "no catalogue; of a server's words, which lc_messages changes, the number is read",
    "redis-cli": "no catalogue",
    "systemctl": "no catalogue for what it prints",
    '"$@"': "BlueKing's upgrader and its migration script: no catalogue",
}
"""What a script reads error words of, and why a host's language does not change them."""
OF_THE_SHELL = '{ : <"$1"; } 2>&1'
"""In the language that the C library has for it: read in LC_ALL=C alone, by probes and by jobs without a login."""


def _localised(script: Script) -> Iterator[str]:
    for line in script.text.splitlines():
        if "2>&1" not in line or re.search(r">\s*/dev/null 2>&1|>\s*\"\$pipe\" 2>&1", line):
            continue
        if OF_THE_SHELL in line and not script.bash:
            continue
        if not any(re.search(rf"(^|[\s|(]){re.escape(program)}\s", line) for program in SPEAKS_ENGLISH):
            yield line.strip()


@pytest.mark.condition("host-language")
def test_words_are_read_of_programs_alone_that_speak_english_on_every_host() -> None:
    assert [f"{script.where}: {line}" for script in scripts() for line in _localised(script)] == []
    texts = "\n".join(script.text for script in scripts())
    assert [program for program in SPEAKS_ENGLISH if f"{program} " not in texts] == []


@pytest.mark.parametrize(
    "text", ['told=$(tar -tf "$1" 2>&1)', "yum install x 2>&1 | grep Nothing", 'a=$({ : <"$1"; } 2>&1)']
)
def test_words_of_a_program_with_a_catalogue_would_be_seen(text: str) -> None:
    assert [*_localised(Script("actions/x.py:1", text, True))]


@pytest.mark.condition("other-dot-files")
def test_no_tool_reads_what_roots_dot_files_say_to_it() -> None:
    assert [f"{script.where}: {why}" for script in scripts() for why in _dot_files(script)] == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('timeout 20 mysql --login-path="$1" -N', "~/.my.cnf"),
        ("mysqldump --skip-opt --login-path=x", "~/.my.cnf"),
        ("expect -c 'exit'", "~/.expect.rc"),
        ('echo x | "$client" --quiet admin', "~/.mongorc.js"),
        ('curl -s --url "$1"', "~/.curlrc"),
    ],
)
def test_a_tool_that_would_read_them_would_be_seen(text: str, why: str) -> None:
    assert any(why in found for found in _dot_files(Script("actions/x.py:1", text, False)))


def test_no_failure_is_lost_where_one_is_to_stop_the_script() -> None:
    """A backup of garbage was once recorded as complete, because `[ -s A ] && gzip -t B` stops nothing."""
    found = [
        f"{script.where}: line {each.line}: {each.what}: {each.text}"
        for script in (*scripts(), Script("jobs/scripts.py:RUNNER", RUNNER, False))
        for each in lost(script.text, bash=script.bash)
        if not each.text.startswith(tuple(MAY_BE_LOST))
    ]
    assert found == []


def test_what_may_be_lost_is_still_there() -> None:
    found = [each.text for script in scripts() for each in lost(script.text, bash=script.bash)]
    assert [text for text in MAY_BE_LOST if not any(each.startswith(text) for each in found)] == []


def test_an_action_ends_where_a_command_of_it_fails() -> None:
    mine = [script for script in scripts() if script.where.startswith("actions/")]
    going_on = {script.where.partition(":")[0] for script in mine if not stops(script.text, bash=script.bash)}
    assert going_on == set(STOPS_ITSELF)


@pytest.mark.parametrize(
    "text",
    [
        "[ -s a ] && gzip -t a",
        "test -s a &&\n    gzip -t a",
        "[ -f a ] && [ -s b ] && ls c > /dev/null",
        "[ -e a ] && cat a || :",
        "[ a = b ] && set -- 1 || set -- 2",
        "cd a && pwd",
        "for f in *; do [ -s $f ] && gzip -t $f; done",
        "f() { [ -s a ] && gzip -t a; }",
        "case $x in a) [ -s b ] && c ;; esac",
        "if true; then a && b; fi",
        "x=$([ -s a ] && cat a)",
        "( a && b )",
        "{ a && b; } > c",
        "mysqldump x | gzip > y",
        "x=$(mysql -e y | grep z)",
        "if mysql -e y | grep -q z; then a; fi",
        "find . -type f | wc -l",
        'record a "$(stat -c %s b)"',
        '[ "$(md5sum < a)" = "$(md5sum < b)" ]',
        "export A=$(cat b)",
        "a=$(cat b) c=$(cat d)",
        "cat << END\n$(cat b)\nEND",
    ],
)
def test_a_lost_status_would_be_seen(text: str) -> None:
    for shell in (True, False):
        assert lost(f"set -eu\n{text}\n", bash=shell), text
    assert not lost(f"set -u\n{text}\n", bash=False), "a script that goes on by itself says so at its beginning"


@pytest.mark.parametrize(
    "text",
    [
        "[ -s a ] || exit 1",
        "[ -s a ] && [ -s b ] || { echo no >&2; exit 1; }",
        "if [ -s a ] && [ -s b ]; then c; fi",
        "while a && b; do c; done",
        'say() { echo "$1"; exit 0; }\nmkdir a && chmod 0700 a || say unwritable',
        "x=$(cat a)",
        "x=$(printf '%s' \"$y\" | sed s/a/b/ | cut -c 1)",
        'mkdir -p -- "$(dirname -- "$1")"',
        "( set +e\na && b )",
        "echo 'a && b | c' # a && b",
        "awk 'BEGIN { a && b }'",
        "a || b || c",
    ],
)
def test_what_is_looked_at_is_left_alone(text: str) -> None:
    assert not lost(f"set -eu\n{text}\n", bash=False), text


def test_a_pipeline_of_bash_may_be_asked_for_every_status() -> None:
    assert not lost("set -euo pipefail\nmysqldump x | gzip > y\n", bash=True)


def test_a_probe_redirects_into_no_file() -> None:
    found = [f"{s.where}: {target}" for s in scripts() if s.probes for target in redirects(bare(s.text))]
    assert found == []


def test_a_redirect_into_a_file_would_be_seen() -> None:
    """The search itself: quoted text is no redirect, a substitution inside quotes can hold one."""
    told = 'echo "$(date > /tmp/x)" 2>&1 >/dev/null; awk \'$1 > 2\' <"$f" 2>> /var/log/y; [ "a > b" ] # > z\n'
    assert list(redirects(bare(told))) == ["> /tmp/x", ">> /var/log/y"]


def redirects(code: str) -> Iterator[str]:
    for found in re.finditer(r"[0-9]*(>{1,2}\|?\s*)(&?[^\s;|)&]*)", code):
        target = found[2]
        if not (target.startswith("&") or target == "/dev/null"):
            yield f"{found[1].strip()} {target}"


def test_a_complaint_is_silenced_before_a_file_is_opened() -> None:
    """A process or file that vanished in between is usual, and its name is no word of what went wrong."""
    found = [f"{script.where}: {each}" for script in all_scripts() for each in late(script.text, bash=script.bash)]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        'cat <"$1" 2>/dev/null',
        'if sum=$(md5sum <"$1" 2>/dev/null); then echo "$sum"; fi',
        'f() { read -r one <"$1" 2>/dev/null && echo "$one"; }',
        'while read -r x; do echo "$x"; done <"$1" 2> /dev/null',
        '{ cat a && cat b; } >>"$1" 2>/dev/null &',
        "sed -n 1p <a >/dev/null 2>/dev/null",
        'echo "$(tr a b <"/proc/$1/cmdline" 2>/dev/null | wc -l)"',
        "timeout 5 sh -c 'cat <\"$1\" 2>/dev/null' sh a",
        'cat <"$1" 2>>/dev/null',
    ],
)
def test_a_complaint_that_is_silenced_too_late_would_be_seen(text: str) -> None:
    for shell in (True, False):
        assert [*late(text, bash=shell)], text


@pytest.mark.parametrize(
    "text",
    [
        'cat 2>/dev/null <"$1"',
        '{ read -r one <"$1"; } 2>/dev/null',
        "docker info >/dev/null 2>/dev/null",
        'mysqldump x >"$1" 2>&1',
        'mysql <"$1" 2>"$2"',
        "cat </dev/null 2>/dev/null",
        "awk 'NR <\"$1\" 2>/dev/null'",
    ],
)
def test_a_complaint_that_is_silenced_in_time_is_left_alone(text: str) -> None:
    assert not [*late(text, bash=False)], text
