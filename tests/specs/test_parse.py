"""People's text: what is wrong is told with file and key, all of it, and nothing wrong is let through."""

import pytest

from specs import parse
from specs.cluster import Paths
from specs.diagnostic import SpecError
from tests.sim.worlds import CLUSTER, ROOT, release


def troubles(text: str) -> list[tuple[str, str]]:
    with pytest.raises(SpecError) as caught:
        parse.cluster_file(text, "cluster.toml")
    return [(diagnostic.code, diagnostic.where) for diagnostic in caught.value.diagnostics]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("schema = ", [("spec-not-toml", "cluster.toml")]),
        (CLUSTER + "colour = 1\n", [("spec-bad-value", "cluster.toml, placement.colour")]),
        (CLUSTER.replace('name = "lab"', 'name = "Lab!"'), [("spec-bad-value", "cluster.toml, name")]),
        (
            CLUSTER.replace('"10.0.0.1"\n[package]', '"somewhere"\nprot = 22\n[package]'),
            [
                ("spec-bad-value", "cluster.toml, controller.address"),
                ("spec-bad-value", "cluster.toml, controller.prot"),
            ],
        ),
        (CLUSTER.replace("/data/bkce-src", "; rm -rf /data/x"), [("spec-bad-value", "cluster.toml, package.path")]),
    ],
    ids=["no-toml", "unknown-key", "bad-name", "two-at-once", "hostile-path"],
)
def test_every_wrong_key_is_told_with_its_place(text: str, expected: list[tuple[str, str]]) -> None:
    assert troubles(text) == expected


@pytest.mark.parametrize("spelt", ["/data/bkce", "/data/bkce/", "//data//bkce", "/data/./bkce/."])
def test_a_directory_has_one_spelling(spelt: str) -> None:
    """What is found below it on a host is compared with it as text."""
    assert Paths(home=spelt, src=spelt).model_dump() == {
        **Paths().model_dump(),
        "home": "/data/bkce",
        "src": "/data/bkce",
    }


def test_the_release_reads_and_its_modules_refer_to_each_other() -> None:
    made = release()
    names = {module.name for module in made.modules}
    assert {m.name for m in made.modules if m.optional or m.base} == names - set(made.scope)
    assert all(required.module in names for module in made.modules for required in module.requires)


def _texts() -> dict[str, str]:
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in ROOT.rglob("*.toml")}


def test_a_module_file_that_nothing_else_lists_is_in_scope_unless_it_is_optional() -> None:
    texts = _texts()
    text = texts["modules/etcd.toml"].replace('name = "etcd"', 'name = "extra"', 1)
    assert "extra" in parse.release(texts | {"modules/extra.toml": text}).scope
    assert "extra" not in parse.release(texts | {"modules/extra.toml": "optional = true\n" + text}).scope


def test_a_release_lists_no_modules_by_hand() -> None:
    texts = _texts()
    texts["release.toml"] = 'scope = ["paas"]\n' + texts["release.toml"]
    with pytest.raises(SpecError) as caught:
        parse.release(texts)
    assert [(d.code, d.where) for d in caught.value.diagnostics] == [("spec-bad-value", "release.toml, scope")]


def test_a_requirement_of_an_unknown_module_is_named_with_its_file() -> None:
    texts = _texts()
    texts["modules/auth.toml"] = texts["modules/auth.toml"].replace('module = "paas"', 'module = "pass"')
    with pytest.raises(SpecError) as caught:
        parse.release(texts)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.where) == ("spec-unknown-module", "modules/auth.toml, requires[0].module")


def test_a_service_used_by_an_unknown_module_is_named_with_its_file() -> None:
    texts = _texts()
    texts["modules/gse.toml"] = texts["modules/gse.toml"].replace('"job", "nodeman"]', '"job", "nodman"]')
    with pytest.raises(SpecError) as caught:
        parse.release(texts)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.where) == (
        "spec-unknown-module",
        "modules/gse.toml, obsolete_services[0].used_by",
    )


def test_every_section_of_the_guide_is_told_once() -> None:
    ids = [section.id for section in release().sections]
    assert len(ids) == len(set(ids))
    assert {"3", "4", "5.1", "6.3", "7.1", "7.18"} <= set(ids)
