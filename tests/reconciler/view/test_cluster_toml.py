"""What `init` writes is what every other command reads."""

import tomllib

import jsonschema
import pytest

from reconciler.view.cluster_toml import cluster_toml
from reconciler.view.render import RenderOptions
from reconciler.view.reports import InitProposal
from reconciler.view.schema import schema
from specs import parse
from specs.text import Lang
from tests.reconciler.view.world import PORT

PROPOSAL = InitProposal(
    name="bk-10-0-0-1",
    release="6.2.2",
    address="10.0.0.1",
    connect="control.example",
    user="root",
    port=2222,
    via="controller",
    package="/data/bkce-src-6.2.2.tgz",
    placement=(
        ("auth", ("10.0.0.3",), PORT),
        ("etcd", ("10.0.0.1", "10.0.0.2", "10.0.0.3"), PORT),
        ("monitorv3(ingester)", ("10.0.0.1",), PORT),
    ),
)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_proposal_is_a_valid_cluster_file(lang: Lang) -> None:
    file = parse.cluster_file(cluster_toml(PROPOSAL, RenderOptions(lang=lang)), "cluster.toml")
    assert file.controller.connect == "control.example"
    assert file.controller.port == 2222
    assert file.placement == {
        "auth": ("10.0.0.3",),
        "etcd": ("10.0.0.1", "10.0.0.2", "10.0.0.3"),
        "monitorv3(ingester)": ("10.0.0.1",),
    }


def test_each_placement_says_why() -> None:
    assert cluster_toml(PROPOSAL, RenderOptions()).count("# the login process of 6.1 holds port 8003") == 3
    assert "# 6.1 的登录进程占用 8003 端口" in cluster_toml(PROPOSAL, RenderOptions(lang="zh"))


def test_an_editor_is_given_the_schema_and_finds_nothing_wrong() -> None:
    """taplo reads the directive at the head of the file; what it names is what the comment says to make."""
    text = cluster_toml(PROPOSAL, RenderOptions())
    head, comment, *_ = text.splitlines()
    assert head == "#:schema ./cluster.schema.json"
    assert "bkrec schema cluster" in f"{comment} {text.splitlines()[2]}"
    document = tomllib.loads(text)
    jsonschema.validate(document, dict(schema("cluster")))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "optionall": []}, dict(schema("cluster")))
