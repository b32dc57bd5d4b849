"""A real, throw-away MySQL server (Debian's MariaDB) on a socket of its own, for as long as a test needs one.

The scripts of the product log in by `--login-path`, which only MySQL's own clients know; `tests/support/tools/mysql`
hands that over as an option file. Where the machine has no such server the tests are skipped, and say so.
"""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

OPTIONS = (
    "--no-defaults",
    "--user=root",
    "--skip-networking",
    "--log-bin=bin",
    "--innodb-buffer-pool-size=24M",
    "--innodb-log-file-size=8M",
    "--innodb-flush-log-at-trx-commit=0",
    "--performance-schema=OFF",
    "--character-set-server=utf8mb4",
)


class Server:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.login = self.write_login("root")
        self._process: subprocess.Popen[bytes] | None = None

    def write_login(self, user: str) -> Path:
        """The option file that a login path of this user comes to; no password."""
        path = self.home / f"{user}.cnf"
        path.write_text(f"[client]\nuser={user}\nsocket={self.home}/socket\n")
        path.chmod(0o600)
        return path

    def start(self) -> None:
        words = ["mariadbd", *OPTIONS, f"--datadir={self.home}/data", f"--socket={self.home}/socket"]
        words.append(f"--pid-file={self.home}/pid")
        with (self.home / "log").open("ab") as log:
            self._process = subprocess.Popen(words, stdout=log, stderr=log)
        for _ in range(600):
            if self._ping():
                return
            time.sleep(0.05)
        raise AssertionError((self.home / "log").read_text())

    def _ping(self) -> bool:
        done = subprocess.run(self._client("-e", "select 1"), capture_output=True, check=False)
        return done.returncode == 0

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        """With all it holds, cleanly."""
        self.sql("shutdown")
        if self._process is not None:
            self._process.wait()
        self.start()

    def sql(self, text: str, *, database: str = "", user: str = "root") -> str:
        words = self._client("-Nsr", f"--user={user}", *([database] if database else []))
        return subprocess.run(words, input=text, capture_output=True, text=True, check=True).stdout

    def empty(self) -> None:
        """Every database of ours is dropped."""
        for name in self.databases():
            self.sql(f"drop database `{name.replace('`', '``')}`")

    def databases(self) -> list[str]:
        own = ("information_schema", "mysql", "performance_schema", "sys")
        return [name for name in self.sql("show databases").splitlines() if name not in own]

    def _client(self, *words: str) -> list[str]:
        return ["mariadb", f"--defaults-file={self.login}", "--default-character-set=utf8mb4", *words]


@contextmanager
def servers(count: int) -> Generator[list[Server]]:
    """So many of them, each empty. Skips where there is no MariaDB."""
    if shutil.which("mariadbd") is None or shutil.which("mariadb-install-db") is None:
        pytest.skip("no MariaDB server is installed on this machine")
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(prefix="bkrec-db-", dir=memory) as home:
        first = Path(home) / "0"
        first.mkdir()
        words = ["mariadb-install-db", "--no-defaults", f"--datadir={first}/data", "--user=root", "--skip-test-db"]
        words += ["--auth-root-authentication-method=normal"]
        subprocess.run(words, capture_output=True, check=True)
        for number in range(1, count):
            shutil.copytree(first, Path(home) / str(number))
        started = [Server(Path(home) / str(number)) for number in range(count)]
        try:
            for server in started:
                server.start()
            yield started
        finally:
            for server in started:
                server.stop()
