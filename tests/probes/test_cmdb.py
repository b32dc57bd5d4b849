"""The topology of the BlueKing business: files as the vendor's scripts read them, CMDB's answers looked at in full."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from probes import cmdb
from probes.cmdb import (
    BusinessHosts,
    CmdbFact,
    EditingLocked,
    EditingUnlocked,
    HostModules,
    HostsNotIdle,
    JobModules,
    RemainingSets,
    RemainingTemplates,
    TopologyCustom,
    TopologyDifferences,
    UnknownModuleLines,
)
from probes.command import Output
from probes.fact import Absent, AnyReading, Known, Unknown
from tests.probes.here import run, tool

H, INSTALL, HOME = "10.0.0.1", "/data/install", "/data/bkce"
ENV = "/data/install/bin/04-final/cmdb.env"
FITS = TopologyDifferences(host=H, install=INSTALL, since="bin/default/bkauth.env")
CUSTOM = TopologyCustom(host=H, install=INSTALL)
PLACED = HostModules(host=H, install=INSTALL, home=HOME)
STRANGE = UnknownModuleLines(host=H, install=INSTALL, home=HOME)
BUSY = HostsNotIdle(host=H, install=INSTALL)
HOSTS = BusinessHosts(host=H, install=INSTALL)
SETS = RemainingSets(host=H, install=INSTALL)
TEMPLATES = RemainingTemplates(host=H, install=INSTALL)
JOB = JobModules(host=H, install=INSTALL)

HEAD = "service_template\tbk_func_name\tbk_process_name\tbk_start_param_regex\tbind_ip\tport\tprotocol"
SERVICES = ("auth", "gse_data", "job-gateway", "job-assemble", "monitor")
TOPO = (
    "集群模板名\t模块模板名\nuser\tauth\n\t\ngse \tgse_data\njobv3\tjob-gateway\njobv3\topenresty\nmonitor\tmonitor\n"
)
TABLES = """\
    set_module_dict = {
        "用户": "user", "管控": "gse",  # two to a line
        "作业": "jobv3", '监控': "monitor",
    }
    real_module_dict = {
        'gse' : ["gse_data"],
        "job": ["job-gateway", "job-assemble"],
    }
"""


def files(installed: str = "", services: Sequence[str] = SERVICES, tables: str = TABLES) -> str:
    rows = [f"service\t{line}" for line in ("服务模板\tx", HEAD, *(f"{name}\t\t\t\t\t\t" for name in services))]
    rows += [f"topo\t{line}" for line in TOPO.splitlines()]
    word = ""
    for line in tables.splitlines():
        word = line.strip().partition(" ")[0] if " = {" in line else word
        rows.append(f"{word}\t{line}")
    return "".join(f"{row}\n" for row in (*rows, *(f"installed\t{line}" for line in installed.splitlines())))


def node(kind: str, name: str, number: int, *children: Any, default: int = 0) -> dict[str, Any]:
    found = {"bk_obj_id": kind, "bk_inst_name": name, "bk_inst_id": number, "default": default}
    return {**found, "child": list(children)}


def a_set(number: int, name: str, *modules: str) -> dict[str, Any]:
    return node("set", name, number, *(node("module", one, 100 + place) for place, one in enumerate(modules)))


RIGHT = [
    node(
        "biz", "蓝鲸", 2,
        a_set(11, "用户", "auth"), a_set(12, "管控", "gse_data"), a_set(13, "作业", "job-gateway"),
        a_set(14, "监控", "monitor"), node("set", "空闲机池", 1, default=1),
    )
]  # fmt: skip


def tree(*below: dict[str, Any]) -> dict[str, Any]:
    return {"cc/search_biz_inst_topo": [{**RIGHT[0], "child": list(below)}]}


def page(*names: str) -> dict[str, Any]:
    return {"count": len(names), "info": [{"id": number, "name": name} for number, name in enumerate(names, 1)]}


def host(ip: str, **places: Any) -> dict[str, Any]:
    topo = [
        {"bk_set_id": int(at[1:]), "bk_set_name": "s", "module": [{"bk_module_id": 1, "bk_module_name": m} for m in ms]}
        for at, ms in places.items()
    ]
    return {"host": {"bk_host_id": 1, "bk_host_innerip": ip}, "topo": topo}


def hosts(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"count": len(rows), "info": list(rows)}


ANSWERS: Mapping[str, Any] = {
    "cc/search_biz_inst_topo": RIGHT,
    "cc/list_set_template": page("user", "gse", "jobv3", "monitor"),
    "cc/list_service_template": page("service_template", *SERVICES),
    "cc/list_biz_hosts_topo": hosts(host(H, s11=["auth"], s12=["gse_data"]), host("10.0.0.2", s1=["空闲机"])),
}


def read(fact: CmdbFact, local: str, more: Mapping[str, Any] | None = None) -> AnyReading:
    said = {**ANSWERS, **(more or {})}
    args = cmdb.command([fact]).args[6:]
    rows = [
        f"{number}\tsaid\t{json.dumps({'result': True, 'data': said[api]}, ensure_ascii=False)} 200 0\n"
        for number, api in enumerate(args[1::3])
    ]
    output = Output(stdout=f"{local}asked\n{''.join(rows)}", exit_status=0)
    return cmdb.parse([fact], output)[fact]


def test_as_wished() -> None:
    assert read(FITS, files()) == Known(())
    assert read(CUSTOM, files()) == Known(())


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({"cc/list_set_template": page("user", "gse", "jobv3")}, "-set-template monitor"),
        ({"cc/list_set_template": page("user", "gse", "jobv3", "monitor", "fta")}, "+set-template fta"),
        ({"cc/list_service_template": page("service_template", *SERVICES[1:])}, "-service-template auth"),
        ({"cc/list_service_template": page("service_template", *SERVICES, "own")}, "+service-template own"),
        (tree(*RIGHT[0]["child"][1:]), "-set 用户"),
        (tree(*RIGHT[0]["child"], a_set(20, "故障自愈")), "+set 故障自愈"),
        (
            tree(*RIGHT[0]["child"][1:], a_set(11, "用户")),
            "-module 用户 / auth",
        ),
    ],
    ids=["template-less", "template-more", "service-less", "service-more", "set-less", "set-more", "module-less"],
)  # fmt: skip
def test_each_difference_is_named(answers: Mapping[str, Any], found: str) -> None:
    assert read(FITS, files(), answers) == Known((found,))


def test_a_set_template_lacks_what_is_no_service_template() -> None:
    """openresty stands in the one file and not in the other: the vendor's script passes over it."""
    assert read(FITS, files()) == Known(())


def test_by_the_scripts_of_6_1_nothing_is_judged() -> None:
    assert read(FITS, files() + "older\n") == Absent()


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ({"cc/list_service_template": page(*SERVICES, "own")}, "service-template own"),
        ({"cc/list_service_template": page(*SERVICES, "gse_api", "fta-api")}, None),
        ({"cc/list_set_template": page("user", "ci")}, "set-template ci"),
        (tree(a_set(9, "自建")), "set 自建"),
        (tree(a_set(9, "故障自愈", "fta-api")), None),
        (tree(a_set(9, "用户", "auth", "mine")), "module 用户 / mine"),
        (
            tree(node("region", "华南", 5, a_set(11, "用户", "auth"))),
            "level 华南",
        ),
    ],
    ids=["service", "of-6.1", "set-template", "set", "set-of-6.1", "module", "level"],
)  # fmt: skip
def test_what_no_file_of_the_vendor_makes_is_somebodys_own(answers: Mapping[str, Any], found: str | None) -> None:
    assert read(CUSTOM, files(), answers) == Known(() if found is None else (found,))


INSTALLED = "# a word\n\npython\nyum\nauth\ngse\nmonitorv3_monitor\n"


def test_a_host_is_asked_for_the_modules_that_its_lines_stand_for() -> None:
    assert read(PLACED, files(INSTALLED)) == Known(("monitor",))
    assert read(PLACED, files(INSTALLED + "job\n")) == Known(("job-assemble", "job-gateway", "monitor"))
    assert read(PLACED, files("auth\n"), {"cc/list_biz_hosts_topo": hosts()}) == Known(("auth",))


def test_a_host_with_two_addresses_is_known_by_both() -> None:
    two = {"cc/list_biz_hosts_topo": hosts(host(f"10.1.0.1,{H}", s11=["auth"]))}
    assert read(PLACED, files("auth\n"), two) == Known(())
    assert read(BUSY, "", two) == Known((H, "10.1.0.1"))


def test_the_idle_set_is_no_place() -> None:
    idle = {"cc/list_biz_hosts_topo": hosts(host(H, s1=["auth"]))}
    assert read(PLACED, files("auth\n"), idle) == Known(("auth",))
    assert read(BUSY, "", idle) == Known(())


@pytest.mark.parametrize(
    ("installed", "strange"),
    [
        (INSTALLED, ()),
        ("fta\nauth\n", ("fta",)),
        ("Last login: yesterday\n", ("Last login: yesterday",)),
        ("job\n", ()),
    ],
    ids=["known", "fta", "motd", "job"],
)
def test_a_line_without_a_template_is_strange(installed: str, strange: tuple[str, ...]) -> None:
    assert read(STRANGE, files(installed)) == Known(strange)


def test_what_only_6_1_knows_is_strange_while_its_scripts_are_there_too() -> None:
    tables = TABLES.replace("'gse' : [\"gse_data\"]", '\'gse\' : ["gse_api", "gse_data"], \'fta\': ["fta-api"]')
    local = files("fta\ngse\n", (*SERVICES, "fta-api", "gse_api"), tables)
    assert read(STRANGE, local) == Known(("fta",))


def test_who_is_there_and_what() -> None:
    assert read(BUSY, "") == Known((H,))
    assert read(HOSTS, "") == Known((H, "10.0.0.2"))
    assert read(SETS, "") == Known(tuple(sorted(("用户", "管控", "作业", "监控"))))
    small = {"cc/list_set_template": page("b", "a"), "cc/list_service_template": page("c")}
    assert read(TEMPLATES, "", small) == Known(("set a", "set b", "service c"))
    assert read(JOB, files()) == Known(("job-assemble", "job-gateway"))


@pytest.mark.parametrize(
    ("output_text", "opened"),
    [('{"result":true,"data":true}', True), ('{"result": true, "bk_error_code": 0, "data": false}', False)],
    ids=["open", "shut"],
)
def test_the_switch(output_text: str, opened: bool) -> None:
    assert read(EditingUnlocked(host=H, env=ENV), f"switch\t{output_text} 200\n") == Known(opened)
    assert read(EditingLocked(host=H, env=ENV), f"switch\t{output_text} 200\n") == Known(not opened)


@pytest.mark.condition("other-ports")
@pytest.mark.parametrize(("line", "port"), [("BK_CMDB_API_PORT=19001", "19001"), ("", "9001")], ids=["moved", "not"])
def test_the_switch_is_asked_at_the_port_that_cmdbs_env_file_names(tmp_path: Path, line: str, port: str) -> None:
    env = tmp_path / "cmdb.env"
    env.write_text(f"{line}\n")
    curl = tool(
        tmp_path, "curl", """for url do :; done; printf '{"result":true,"data":true,"bk_error_msg":"%s"} 200' "$url\""""
    )
    output = run(cmdb.command([EditingUnlocked(host=H, env=str(env))]), tools=curl)
    assert f"http://cmdb-api.service.consul:{port}/api/v3/system/" in output.stdout


@pytest.mark.parametrize(
    "text", ["", "<html>502</html> 502", '{"result":false,"data":true} 200', '{"result":true,"data":1} 200', " 000"]
)
def test_a_switch_that_says_nothing_usable_is_unknown(text: str) -> None:
    assert isinstance(read(EditingUnlocked(host=H, env=ENV), f"switch\t{text}\n"), Unknown)
    assert isinstance(read(EditingLocked(host=H, env=ENV), f"switch\t{text}\n"), Unknown)


ODD: list[tuple[CmdbFact, dict[str, Any]]] = [
    (SETS, {"cc/search_biz_inst_topo": []}),
    (FITS, {"cc/search_biz_inst_topo": [a_set(11, "用户", "auth")]}),
    (FITS, {"cc/search_biz_inst_topo": {"not": "a list"}}),
    (FITS, {"cc/search_biz_inst_topo": [{"bk_obj_id": "set", "bk_inst_name": 3, "bk_inst_id": 1, "child": []}]}),
    (FITS, {"cc/list_service_template": None}),
    (TEMPLATES, {"cc/list_set_template": {"count": 201, "info": []}}),
    (BUSY, {"cc/list_biz_hosts_topo": {"count": 700, "info": [host(H)]}}),
    (BUSY, {"cc/list_biz_hosts_topo": {"count": 1, "info": [{"host": [], "topo": []}]}}),
]


@pytest.mark.parametrize(
    ("fact", "answers"),
    ODD,
    ids=["no-tree", "no-business", "tree", "name", "nothing", "templates-of-two-pages", "hosts-of-two-pages", "host"],
)
def test_an_answer_that_is_not_what_it_says_is_unknown(fact: CmdbFact, answers: Mapping[str, Any]) -> None:
    assert isinstance(read(fact, files(), answers), Unknown)


@pytest.mark.parametrize("tables", ["", "    real_module_dict = {\n", TABLES.replace('["gse_data"]', "x()")], ids=repr)
def test_a_script_without_its_tables_is_no_measure(tables: str) -> None:
    for fact in (FITS, CUSTOM, PLACED, STRANGE, JOB):
        assert isinstance(read(fact, files("auth\n", tables=tables)), Unknown)


def test_a_file_that_cannot_be_read_is_unknown() -> None:
    assert isinstance(read(PLACED, files() + "installed-unreadable\t/data/bkce/.installed_module\n"), Unknown)
    assert isinstance(read(FITS, files() + "topo-unreadable\t/x.tpl\n"), Unknown)


def test_an_answer_without_an_end_is_none() -> None:
    with pytest.raises(ValueError, match="no end"):
        cmdb.parse([JOB], Output(stdout=files(), exit_status=0))


@pytest.mark.parametrize("release", ["install61", "install62"])
def test_the_labs_files_are_read_as_files(release: str) -> None:
    """What the stand-in of each release would make is what its files say, by its own reading of them."""
    root = Path(__file__).parents[1] / "lab/vendor" / release / "bin"
    rows: list[str] = []
    for word, name in (("service", "blueking_service_module.tpl"), ("topo", "blueking_topo_module.tpl")):
        rows += [f"{word}\t{line}" for line in (root / "default" / name).read_text(encoding="utf-8").splitlines()]
    script = (root / "create_blueking_set.py").read_text(encoding="utf-8")
    for table in ("set_module_dict", "real_module_dict"):
        block = script[script.index(f"    {table} = {{") :].partition("\n    }\n")[0] + "\n    }"
        rows += [f"{table}\t{line}" for line in block.splitlines()]
    local = "".join(f"{row}\n" for row in (*rows, "installed\tjob", "installed\tgse", "installed\tcmdb"))
    assert read(STRANGE, local) == Known(())
    reading = read(JOB, local)
    assert isinstance(reading, Known)
    assert len(reading.value) == (8 if release == "install61" else 2)
