"""Tags: whether the vendor's generator would run again over secrets that are there."""

from pathlib import Path

import pytest

from probes.fact import Known, Unknown
from probes.tag import PROBE, SecretsTag
from tests.probes.here import HOST, SHELLS, ask

FILLED, BLANK = "# made once\nBK_PAAS_APP_SECRET='x y'\n", "BK_PAAS_APP_SECRET=\nBK_PAAS_OTHER=''\n"


def lay(tmp_path: Path, *, tag: bool, made: str | None, merged: bool) -> SecretsTag:
    for place in ("tag", "env/01-generate", "env/04-final"):
        (tmp_path / place).mkdir(parents=True)
    if tag:
        (tmp_path / "tag/paas.env").touch()
    if made is not None:
        (tmp_path / "env/01-generate/paas.env").write_text(made)
    if merged:
        (tmp_path / "env/04-final/paas.env").write_text(FILLED)
    return SecretsTag(host=HOST, module="paas", root=str(tmp_path / "tag"), env=str(tmp_path / "env"))


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("tag", "made", "merged", "wanted"),
    [
        (True, FILLED, True, "kept"),
        (True, None, True, "kept"),
        (False, FILLED, True, "tag-missing"),
        (False, "export BK_A=1\n", False, "tag-missing"),
        (False, BLANK, True, "lost"),
        (False, None, True, "lost"),
        (False, None, False, "kept"),
    ],
    ids=["whole", "generated-elsewhere", "tag-gone", "exported", "blanked", "only-merged", "never-made"],
)
def test_a_missing_tag_matters_where_there_are_secrets_to_lose(
    tmp_path: Path, tag: bool, made: str | None, merged: bool, wanted: str, shell: str
) -> None:
    fact = lay(tmp_path, tag=tag, made=made, merged=merged)
    assert ask(PROBE, [fact], shell=shell) == [Known(wanted)]


def test_what_is_no_file_and_what_is_no_name_say_nothing(tmp_path: Path) -> None:
    fact = lay(tmp_path, tag=False, made=FILLED, merged=True)
    (tmp_path / "tag/paas.env").mkdir()
    odd = SecretsTag(host=HOST, module="../etc", root=fact.root, env=fact.env)
    assert all(isinstance(reading, Unknown) for reading in ask(PROBE, [fact, odd]))
