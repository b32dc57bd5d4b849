"""One scalar of a YAML file, by its path."""

from pathlib import Path

import pytest

from probes.fact import Absent, Known
from probes.yaml import PROBE, YamlValue
from tests.probes.here import HOST, SHELLS, ask

TEXT = """\
# a comment: not this
---
job:
  web:
    domain: "x.y"   # why
  features:
    gseV2:
      enabled: true
    other:
      enabled: 'no'
gseV2:
  enabled: wrong
list:
  - job: 1
"""


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("job.features.gseV2.enabled", Known("true")),
        ("job.features.other.enabled", Known("no")),
        ("job.web.domain", Known("x.y")),
        ("gseV2.enabled", Known("wrong")),
        ("job.features", Absent()),
        ("job.features.enabled", Absent()),
        ("job.gseV2.enabled", Absent()),
        ("comment", Absent()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_path_is_followed_by_indentation(tmp_path: Path, shell: str, path: str, wanted: object) -> None:
    file = tmp_path / "a.yml"
    file.write_text(TEXT)
    facts = [YamlValue(host=HOST, file=str(file), path=path), YamlValue(host=HOST, file=str(tmp_path / "b"), path=path)]
    assert list(ask(PROBE, facts, shell=shell)) == [wanted, Absent()]
