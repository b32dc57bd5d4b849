"""A command for a host: a constant script, its arguments, its standard input. This is the one place that quotes.

The script is a literal (the type checker sees to it: `LiteralString`), so text of hosts or people is never part
of a program; they arrive as "$1", "$@" or on stdin. POSIX sh and nothing newer than coreutils 8.22 and systemd 219:
`tests/architecture/test_scripts.py` holds all scripts to that.
"""

import base64
import shlex
from dataclasses import dataclass, replace
from typing import LiteralString


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    script: LiteralString
    args: tuple[str, ...] = ()
    stdin: str = ""
    """Standard input of the script; the only channel for anything secret or long."""
    timeout_s: float = 30.0
    """How long bkrec waits for the answer of a probe. A job's own deadline is its action's."""

    def render(self, *, sudo: bool = False, announced: bool = False) -> str:
        """The command line for a remote login shell: `sh -c SCRIPT bkrec ARG …`, each word quoted once.

        Arguments follow `bkrec` as $0, so one that looks like an option is never read as sh's own. `sudo`: unless the
        login is root's, whatever its name: a bastion's users are called `ops#root#10.0.0.1`. `announced`: stderr says
        where the script began, as with `sudo`.
        """
        begin: LiteralString = ANNOUNCE if sudo or announced else ""
        words = ("env", "LC_ALL=C", "sh", "-c", begin + PRELUDE + self._program, "bkrec", *self.args)
        return shlex.join(("sh", "-c", AS_ROOT, "bkrec", *words) if sudo else words)

    @property
    def _program(self) -> str:
        return without_dot_files(self.script) + self.script

    def section(self) -> str:
        """The same as one line of a program that many scripts share and that has set LC_ALL and PATH already.

        Its own deadline goes with it (124: it was stopped), and it can never read the program's own input.
        """
        words = ("timeout", "-k", "5", f"{self.timeout_s:g}", "sh", "-c", self._program, "bkrec", *self.args)
        if not self.stdin:
            return f"{shlex.join(words)} </dev/null"
        return f"printf %s {shlex.quote(self.stdin)} | {shlex.join(words)}"


SUDO_CALLED: LiteralString = "bkrec calls sudo"
SCRIPT_BEGUN: LiteralString = "bkrec begins"
"""Lines of stderr. What stands between them are sudo's words, whatever language it speaks; a script that never began
was refused, and one that began was not, whatever it warns of ("unable to resolve host") and ends with."""

ANNOUNCE: LiteralString = "echo '" + SCRIPT_BEGUN + "' >&2\n"

AS_ROOT: LiteralString = (
    'if [ "$(id -u)" = 0 ]; then exec "$@"; fi\n'
    "echo '" + SUDO_CALLED + "' >&2\n"
    'LC_ALL=C; export LC_ALL; exec sudo -n -- "$@"'
)
"""sudo's own words reach an operator, and are in English for the same reason as every script's are."""


def any_login_shell(line: str) -> str:
    """The command line for whatever login shell the user has: of letters that no shell reads as anything else.

    csh allows no line break between quotes and replaces `!` even there, fish reads backslashes between them.
    """
    encoded = base64.b64encode(line.encode()).decode("ascii")
    return f"sh -c 'c=$(printf %s {encoded} | base64 -d) && eval \"$c\"'"


def quoted(words: tuple[str, ...]) -> str:
    """Words as a shell reads them back with `eval "set -- $(cat FILE)"`."""
    return shlex.join(words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Output of a command. `exit_status` None: the connection was lost before it arrived; nothing may be concluded."""

    stdout: str
    stderr: str = ""
    exit_status: int | None = 0


def without_announcement(output: Output) -> tuple[Output, bool]:
    """The output of a command that was rendered with `announced`, and whether its script began."""
    before, begun, after = output.stderr.partition(f"{SCRIPT_BEGUN}\n")
    return replace(output, stderr=before + after), bool(begun)


UNSET: LiteralString = (
    "TMOUT BASH_ENV ENV CDPATH POSIXLY_CORRECT GREP_OPTIONS GREP_COLOR TAR_OPTIONS GZIP BLOCKSIZE BLOCK_SIZE "
    "DF_BLOCK_SIZE DU_BLOCK_SIZE PRSYNC_EXTRA_OPTS REDISCLI_AUTH REDISCLI_RCFILE MYSQL_GROUP_SUFFIX"
)
"""Exported by a host's profile they change what a command does: TMOUT ends bash's `read` from a slow pipe as if there
were no more (hardening exports it), BASH_ENV is run by every script, PRSYNC_EXTRA_OPTS is put into the vendor's rsync
of all of /root (ce/install.sh:680), REDISCLI_AUTH is another password; the others are further options or units."""

CURL_WITHOUT_CURLRC: LiteralString = 'curl() { command curl -q "$@"; }\n'
"""A ~/.curlrc of root's changes what every page answers: with `location` a served one reads as another, with `fail` or
`proxy` as none. `-q` counts as the first argument alone."""

DOCKER_WITHOUT_CONFIG: LiteralString = "DOCKER_CONFIG=/nonexistent; export DOCKER_CONFIG\n"
"""~/.docker/config.json may name another daemon (`currentContext`) and other formats (`psFormat`, `imagesFormat`)."""


def without_dot_files(script: LiteralString) -> LiteralString:
    """What begins a probe so that files of the host's user change none of its answers."""
    curl: LiteralString = CURL_WITHOUT_CURLRC if "curl " in script else ""
    docker: LiteralString = DOCKER_WITHOUT_CONFIG if "docker " in script else ""
    return curl + docker


PRELUDE: LiteralString = (
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; export PATH\nunset " + UNSET + "\n"
)
"""A login shell on a BlueKing host sources .bkrc, which puts another Python and other tools first on PATH."""
