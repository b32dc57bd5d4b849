"""Package repositories, asked as yum would: over HTTP from a server of the test, or from a directory; never by yum."""

import gzip
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from probes.repository import PROBE, PackagesUnavailable, RepositoriesSilent
from tests.probes.here import HOST, SHELLS, ask, brief, tool

REPOMD = """<repomd><data type="other"><location href="no"/></data><data type="primary">
<location href="{}"/></data></repomd>"""
PRIMARY = """<metadata><package type="rpm"><name>gcc</name>
<rpm:requires><rpm:entry name="tk-devel"/></rpm:requires>
<rpm:provides>
  <rpm:entry name="gcc" flags="EQ"/>
</rpm:provides></package><package><name>mysql-community-client</name>
<rpm:provides><rpm:entry name="mysql-community-client"/><rpm:entry name="mysql"/></rpm:provides></package></metadata>
"""


@dataclass(slots=True)
class Server:
    root: Path
    port: int = 0
    paths: list[str] = field(default_factory=list[str])
    """What was asked for; through a proxy it is a whole URL."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    served = Server(tmp_path / "served")
    served.root.mkdir()

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            served.paths.append(self.path)
            if self.path.startswith("http://"):
                self.path = "/" + self.path.split("/", 3)[3]
            super().do_GET()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing on stderr."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(served.root)))
    served.port = http.server_address[1]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield served
    http.shutdown()
    http.server_close()
    thread.join()


def repository(at: Path) -> None:
    (at / "repodata").mkdir(parents=True)
    (at / "repodata/repomd.xml").write_text(REPOMD.format("repodata/1-primary.xml.gz"))
    (at / "repodata/1-primary.xml.gz").write_bytes(gzip.compress(PRIMARY.encode()))


def read(
    root: Path, repos: str, *, conf: str = "[main]\n", shell: str = "/bin/sh", more: str = ""
) -> tuple[object, ...]:
    """What is silent, and what of gcc, mysql, tk-devel and bash is to be had from nowhere; bash is installed."""
    (root / "etc/yum.repos.d").mkdir(parents=True, exist_ok=True)
    (root / "etc/yum.conf").write_text(conf)
    (root / "etc/profile").write_text(more)
    (root / "etc/yum.repos.d/site.repo").write_text(repos)
    rpm = 'case "$*" in "-q bash") ;; *redhat-release) echo 7 ;; *) exit 1 ;; esac'
    tools = tool(root / "tools", "rpm", rpm)
    facts = [
        RepositoriesSilent(host=HOST),
        PackagesUnavailable(host=HOST, packages=("gcc", "mysql", "tk-devel", "bash")),
    ]
    return tuple(brief(one) for one in ask(PROBE, facts, tools=tools, shell=shell, instead={"": str(root)}))


@pytest.mark.condition("v9-repository")
@pytest.mark.parametrize("shell", SHELLS)
def test_what_a_repository_provides_is_found_and_what_it_only_requires_is_not(
    tmp_path: Path, server: Server, shell: str
) -> None:
    repository(server.root / f"7/{os.uname().machine}")
    url = f"http://127.0.0.1:{server.port}/$releasever/${{basearch}}/"
    assert read(tmp_path, f"[base]\nname=x\nbaseurl = {url}\nenabled=1\n", shell=shell) == ((), ("tk-devel",))


def test_a_local_mirror_in_a_directory_is_as_good(tmp_path: Path) -> None:
    repository(tmp_path / "mirror")
    assert read(tmp_path, f"[local]\nbaseurl=file://{tmp_path}/mirror\n") == ((), ("tk-devel",))


def test_nothing_is_downloaded_where_everything_is_installed(tmp_path: Path, server: Server) -> None:
    """The lists of packages are megabytes; whether the repository answers is asked all the same."""
    repository(server.root)
    (tmp_path / "etc/yum.repos.d").mkdir(parents=True)
    (tmp_path / "etc/yum.conf").write_text("")
    (tmp_path / "etc/yum.repos.d/a.repo").write_text(f"[a]\nbaseurl=http://127.0.0.1:{server.port}\n")
    tools = tool(tmp_path / "tools", "rpm", "exit 0")
    facts = [RepositoriesSilent(host=HOST), PackagesUnavailable(host=HOST, packages=("gcc",))]
    assert [brief(one) for one in ask(PROBE, facts, tools=tools, instead={"": str(tmp_path)})] == [(), ()]
    assert server.paths == ["/repodata/repomd.xml"]


@pytest.mark.condition("v9-repository")
def test_each_repository_that_does_not_answer_is_named_with_its_cause(tmp_path: Path, server: Server) -> None:
    """A dead mirror list, a closed port, a page that is not there, a directory that is gone."""
    url = f"http://127.0.0.1:{server.port}"
    repos = f"""
[base]
mirrorlist=http://mirrors.invalid/?release=$releasever
#baseurl=http://other.invalid/
[closed]
baseurl=http://user:secret@127.0.0.1:1/x
[gone]
baseurl={url}/none
[local]
baseurl=file:///nonexistent/mirror
[off]
baseurl=http://off.invalid/
enabled=0
[optional]
baseurl={url}/none
skip_if_unavailable=True
"""
    silent, lacking = read(tmp_path, repos)
    assert silent == (
        "base mirrors.invalid: unresolved",
        "closed 127.0.0.1:1: refused",
        f"gone 127.0.0.1:{server.port}: HTTP error",
        "local /nonexistent/mirror: curl error 37",
    )
    assert lacking == ("gcc", "mysql", "tk-devel")


def test_a_mirror_list_leads_to_the_first_mirror_that_answers(tmp_path: Path, server: Server) -> None:
    repository(server.root / "good")
    url = f"http://127.0.0.1:{server.port}"
    (server.root / "list").write_text(f"# mirrors\nhttp://127.0.0.1:1/dead/\n{url}/good/\n")
    assert read(tmp_path, f"[base]\nmirrorlist={url}/list\n")[0] == ()


@pytest.mark.parametrize("where", ["repository", "yum.conf", "profile"])
def test_the_hosts_own_proxy_is_used(tmp_path: Path, server: Server, where: str) -> None:
    repository(server.root)
    proxy = f"http://127.0.0.1:{server.port}"
    repos = "[base]\nbaseurl=http://mirror.invalid\n" + (f"proxy={proxy}\n" if where == "repository" else "")
    conf = f"[main]\nproxy={proxy}\n" if where == "yum.conf" else "[main]\n"
    profile = f"export http_proxy='{proxy}'\n" if where == "profile" else ""
    assert read(tmp_path, repos, conf=conf, more=profile) == ((), ("tk-devel",))
    assert server.paths[0] == "http://mirror.invalid/repodata/repomd.xml"


def test_a_repository_can_do_without_the_proxy(tmp_path: Path, server: Server) -> None:
    repository(server.root)
    repos = f"[base]\nbaseurl=http://127.0.0.1:{server.port}\nproxy=_none_\n"
    assert read(tmp_path, repos, conf="[main]\nproxy=http://proxy.invalid:3128\n")[0] == ()


def test_without_yum_nothing_is_claimed(tmp_path: Path) -> None:
    facts = [RepositoriesSilent(host=HOST), PackagesUnavailable(host=HOST, packages=("gcc",))]
    assert [brief(one) for one in ask(PROBE, facts, instead={"": str(tmp_path)})] == [(), ()]
