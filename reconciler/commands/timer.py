"""`check --install-timer`, `--remove-timer`: two systemd units on the operator's machine, and nothing on any host.

As root they are system units, which can be sandboxed and run without anybody logged in; they run as the operator: as
`--run-as` says, else as whoever called sudo, else as root, since it is his keys that open the hosts. Everyone else gets
user units, which run only while that user is logged in, unless lingering is on (`loginctl enable-linger`).
"""

import os
import pwd
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciler.commands import cluster_file, files
from reconciler.commands.errors import RefusedError, UsageError
from reconciler.engine import local_program
from reconciler.engine.cluster_state import state_path
from reconciler.view import systemd_units
from reconciler.view.systemd_units import Scope, TimerUnits
from specs.cluster import ClusterFile
from specs.diagnostic import SpecError, diagnose

SYSTEM_UNITS = Path("/etc/systemd/system")
SYSTEMCTL_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerRequest:
    every_s: int
    arguments: Sequence[str]
    """Of bkrec, without the cluster file: `check` and its options; paths are absolute."""
    reports: Sequence[Path] = ()
    run_as: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFile:
    path: Path
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """What is written, or removed."""

    scope: Scope
    name: str
    user: str
    files: tuple[UnitFile, ...]
    state: Path
    """Directory of the history; the unit may write there."""

    @property
    def systemctl(self) -> tuple[str, ...]:
        return ("systemctl", "--user") if self.scope == "user" else ("systemctl",)

    @property
    def enabling(self) -> tuple[tuple[str, ...], ...]:
        return (*self._reload, (*self.systemctl, "enable", "--now", f"{self.name}.timer"))

    @property
    def disabling(self) -> tuple[tuple[str, ...], ...]:
        """A check that runs at this moment is stopped too: it would alert, and write its reports, after it is gone."""
        return (
            (*self.systemctl, "disable", "--now", f"{self.name}.timer"),
            (*self.systemctl, "stop", f"{self.name}.service"),
        )

    @property
    def forgetting(self) -> tuple[tuple[str, ...], ...]:
        """Once the files are gone. systemd remembers a failed unit without a file, and is "degraded" by it; where there
        is none, `reset-failed` says so and changes nothing."""
        return (*self._reload, (*self.systemctl, "reset-failed", f"{self.name}.service"))

    @property
    def starting(self) -> tuple[str, ...]:
        return (*self.systemctl, "start", f"{self.name}.service")

    @property
    def _reload(self) -> tuple[tuple[str, ...], ...]:
        return ((*self.systemctl, "daemon-reload"),)


def proposed(path: Path, request: TimerRequest, *, uid: int | None = None) -> Timer:
    """Raises SpecError; UsageError for a user that does not exist here; RefusedError where the timer of that name is
    another cluster file's."""
    file = cluster_file.load(path)
    scope: Scope = "system" if (os.geteuid() if uid is None else uid) == 0 else "user"
    user = _user(request.run_as, scope)
    state = state_path(file.name, path, _environment_of(user))
    units = TimerUnits(
        cluster=file.name,
        scope=scope,
        user=user.pw_name,
        command=(program(), "-c", str(path.absolute()), *request.arguments),
        every_s=request.every_s,
        writable=tuple(dict.fromkeys((str(state), *(str(report.absolute().parent) for report in request.reports)))),
        state_home=os.environ.get("XDG_STATE_HOME", ""),
        on_itself=file.controller.connect == "local",
    )
    written = (("service", systemd_units.service(units)), ("timer", systemd_units.timer(units)))
    directory = unit_directory(scope)
    _require_own(directory / f"{units.name}.service", path)
    unit_files = tuple(UnitFile(path=directory / f"{units.name}.{kind}", text=text) for kind, text in written)
    return Timer(scope=scope, name=units.name, user=user.pw_name, files=unit_files, state=state)


def installed(path: Path, *, uid: int | None = None) -> Timer:
    """What of it is there now. Raises SpecError; RefusedError where it checks another cluster file."""
    file: ClusterFile = cluster_file.load(path)
    scope: Scope = "system" if (os.geteuid() if uid is None else uid) == 0 else "user"
    name, directory = f"bkrec-check-{file.name}", unit_directory(scope)
    _require_own(directory / f"{name}.service", path)
    paths = [directory / f"{name}.{kind}" for kind in ("timer", "service")]
    unit_files = tuple(UnitFile(path=unit, text="") for unit in paths if unit.exists())
    return Timer(scope=scope, name=name, user="", files=unit_files, state=Path())


async def install(timer: Timer) -> None:
    """Writes and enables. Raises SpecError where a file cannot be written; RefusedError where systemd does not take
    them: then they are as they were before."""
    before = {unit.path: unit.path.read_text(encoding="utf-8") if unit.path.exists() else None for unit in timer.files}
    _own_state(timer)
    for unit in timer.files:
        with files.writing(unit.path):
            unit.path.parent.mkdir(parents=True, exist_ok=True)
        files.write(unit.path, unit.text, new_mode=0o644)
    for words in timer.enabling:
        if error := await local_program.call(words, timeout_s=SYSTEMCTL_TIMEOUT_S):
            for path, text in before.items():
                _restore(path, text)
            raise RefusedError(diagnose("timer-not-enabled", where=str(timer.files[-1].path), error=error))


async def remove(timer: Timer) -> None:
    """Raises SpecError; RefusedError where systemd does not stop it: then nothing was removed."""
    for words in timer.disabling:
        if error := await local_program.call(words, timeout_s=SYSTEMCTL_TIMEOUT_S):
            raise RefusedError(diagnose("timer-not-disabled", where=timer.name, error=error))
    for unit in timer.files:
        with files.writing(unit.path):
            unit.path.unlink(missing_ok=True)
    for words in timer.forgetting:
        await local_program.call(words, timeout_s=SYSTEMCTL_TIMEOUT_S)


def program() -> str:
    """bkrec as it was called now, by an absolute path."""
    called = Path(shutil.which(sys.argv[0]) or sys.argv[0]).absolute()
    return str(called if called.name.startswith("bkrec") else Path(sys.executable).absolute().with_name("bkrec"))


def unit_directory(scope: Scope) -> Path:
    if scope == "system":
        return SYSTEM_UNITS
    config = os.environ.get("XDG_CONFIG_HOME") or f"{os.environ.get('HOME') or Path.home()}/.config"
    return Path(config) / "systemd" / "user"


def _require_own(unit: Path, path: Path) -> None:
    """Two clusters of one name: neither replaces nor removes the other's timer. One whose file is gone is anybody's."""
    try:
        other = systemd_units.cluster_file(unit.read_text(encoding="utf-8"))
    except (FileNotFoundError, UnicodeDecodeError):
        return
    except OSError as error:
        raise files.not_written(unit, error) from error
    if other and not _same_or_gone(Path(other), path):
        raise RefusedError(diagnose("timer-of-another-file", where=str(unit), name=unit.stem, file=other))


def _same_or_gone(other: Path, path: Path) -> bool:
    try:
        return other.samefile(path)
    except FileNotFoundError:
        return True
    except OSError:
        return False


def _user(run_as: str, scope: Scope) -> pwd.struct_passwd:
    name = run_as or (os.environ.get("SUDO_USER", "") if scope == "system" else "")
    if run_as and scope == "user":
        raise UsageError(diagnose("timer-user-not-root", user=run_as))
    try:
        return pwd.getpwnam(name) if name else pwd.getpwuid(os.geteuid())
    except KeyError:
        raise UsageError(diagnose("timer-user-unknown", user=name or str(os.geteuid()))) from None


def _environment_of(user: pwd.struct_passwd) -> Mapping[str, str]:
    environ = {"HOME": user.pw_dir}
    return environ | ({"XDG_STATE_HOME": os.environ["XDG_STATE_HOME"]} if os.environ.get("XDG_STATE_HOME") else {})


def _own_state(timer: Timer) -> None:
    """The directory that the unit writes to has to be there, and be its user's. Raises SpecError."""
    owner = pwd.getpwnam(timer.user)
    with files.writing(timer.state):
        missing = [path for path in (timer.state, *timer.state.parents) if not path.exists()]
        for path in reversed(missing):
            path.mkdir(mode=0o700)
            if owner.pw_uid != os.geteuid():
                os.chown(path, owner.pw_uid, owner.pw_gid)


def _restore(path: Path, text: str | None) -> None:
    """Raises SpecError."""
    if text is not None:
        files.write(path, text, new_mode=0o644)
        return
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise SpecError(*files.not_written(path, error).diagnostics) from error
