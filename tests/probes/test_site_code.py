"""A site's own files beside the package's, as rsync itself finds them."""

from pathlib import Path

import pytest

from probes.command import Output
from probes.fact import Known
from probes.site_code import PROBE, SiteFiles
from tests.probes.here import HOST, SHELLS, ask, brief, tool


@pytest.fixture
def fact(tmp_path: Path) -> SiteFiles:
    """A package and what its installer made of it, nothing of the site's own."""
    packaged, installed = tmp_path / "src/open_paas/login", tmp_path / "open_paas/login"
    for directory in (packaged, installed):
        (directory / "static").mkdir(parents=True)
        (directory / "views.py").write_text("of the package\n")
        (directory / "static/logo.png").write_text("of the package\n")
    templates = tmp_path / "src/open_paas/support-files/templates"
    templates.mkdir(parents=True)
    (templates / "login#conf#production.py").write_text("__HOST__\n")
    (templates / "#open_paas#login#conf#more.py").write_text("__HOST__\n")
    (templates / "#etc#uwsgi-open_paas-login.ini").write_text("__HOST__\n")
    return SiteFiles(host=HOST, installed=str(installed), packaged=str(packaged))


def write(fact: SiteFiles, *names: str) -> None:
    for name in names:
        path = Path(fact.installed, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("made here\n")


@pytest.mark.parametrize("shell", SHELLS)
def test_what_the_product_makes_by_itself_is_nobodys(fact: SiteFiles, shell: str) -> None:
    write(
        fact,
        "media/a.tgz",
        "views.pyc",
        "app/__pycache__/x.pyc",
        "logs/login.log",
        "conf/production.py",
        "conf/more.py",
    )
    assert [brief(one) for one in ask(PROBE, [fact], shell=shell)] == [()]


@pytest.mark.parametrize("shell", SHELLS)
def test_what_was_added_and_what_was_changed_is_named(fact: SiteFiles, shell: str) -> None:
    write(fact, "ee_login/sso.py", "static/our logo.png", "views.py")
    Path(fact.installed, "link").symlink_to("views.py")
    (found,) = ask(PROBE, [fact], shell=shell)
    assert list(brief(found)) == ["ee_login/sso.py", "link", "static/our logo.png", "views.py"]


def test_what_only_the_package_has_is_no_loss_of_the_site(fact: SiteFiles) -> None:
    Path(fact.packaged, "new.py").write_text("of the package\n")
    Path(fact.installed, "static/logo.png").unlink()
    assert [brief(one) for one in ask(PROBE, [fact])] == [()]


def test_nothing_is_written_while_it_is_compared(fact: SiteFiles) -> None:
    write(fact, "ee_login/sso.py", "views.py")
    ask(PROBE, [fact])
    assert Path(fact.installed, "ee_login/sso.py").read_text() == "made here\n"
    assert Path(fact.installed, "views.py").read_text() == "made here\n"


def test_a_link_to_the_directory_is_followed(fact: SiteFiles, tmp_path: Path) -> None:
    write(fact, "own.py")
    (tmp_path / "moved").symlink_to(fact.installed)
    linked = SiteFiles(host=HOST, installed=str(tmp_path / "moved"), packaged=fact.packaged)
    assert [brief(one) for one in ask(PROBE, [linked])] == [("own.py",)]


def test_after_a_hundred_names_the_rest_is_counted(fact: SiteFiles) -> None:
    write(fact, *(f"own/{number:03}.py" for number in range(103)))
    (found,) = ask(PROBE, [fact])
    assert isinstance(found, Known)
    assert len(found.value) == 101
    assert found.value[-1] == "+3"


def test_without_a_package_to_compare_with_nothing_is_known(fact: SiteFiles, tmp_path: Path) -> None:
    gone = SiteFiles(host=HOST, installed=fact.installed, packaged=str(tmp_path / "none"))
    assert [brief(one) for one in ask(PROBE, [gone])] == ["unknown: site-code-no-package"]


def test_without_the_directory_there_is_none(fact: SiteFiles, tmp_path: Path) -> None:
    gone = SiteFiles(host=HOST, installed=str(tmp_path / "none"), packaged=fact.packaged)
    assert [brief(one) for one in ask(PROBE, [gone])] == ["absent"]


def test_an_rsync_that_fails_says_nothing(fact: SiteFiles, tmp_path: Path) -> None:
    found = ask(PROBE, [fact], tools=tool(tmp_path / "tools", "rsync", "exit 23"))
    assert [brief(one) for one in found] == ["unknown: path-unreadable"]


@pytest.mark.parametrize("text", ["0\tfile\ta\n", "0\tend\n0\tend\n", "0\tfile\n0\tend\n", ""])
def test_a_list_that_breaks_off_is_an_error(fact: SiteFiles, text: str) -> None:
    with pytest.raises(ValueError, match="cut|asked"):
        PROBE.parse([fact], Output(stdout=text))
