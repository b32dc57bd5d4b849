#!/usr/bin/python3
"""Stand-in for the vendor's port table reader: prints bash associative arrays made from port.yaml and hosts.env.

usage: qq.py [-p projects.yaml] -P port.yaml [-s]. A project that install.config does not place is said to be on every
host of its module, as in the original.
"""

import argparse
import os
import re
from pathlib import Path

import yaml

ALIAS = {
    "open_paas": "paas", "bkmonitorv3": "monitorv3", "bkssm": "ssm", "bkiam": "iam", "bklog": "log", "bkauth": "auth",
    "bknodeman": "nodeman", "bk_apigateway": "apigw", "paas_agent": "appo", "bkiam_search_engine": "iam_search_engine",
}  # fmt: skip


def hosts() -> dict[str, str]:
    path = os.environ.get("CTRL_DIR", "/data/install") + "/bin/02-dynamic/hosts.env"
    pairs = (line.split("=", 1) for line in Path(path).read_text(encoding="utf-8").splitlines() if "=" in line)
    return {key: value.strip("'") for key, value in pairs}


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("-p", dest="projects")
    options.add_argument("-P", dest="ports", required=True)
    options.add_argument("-s", action="store_true")
    args = options.parse_args()
    ports = yaml.load(Path(args.ports).read_text(encoding="utf-8"), yaml.CSafeLoader)
    print("declare -gA _project_port _project_consul _project_ip _projects")
    if args.projects:
        placed(yaml.load(Path(args.projects).read_text(encoding="utf-8"), yaml.CSafeLoader), ports, hosts())
    else:
        for module, projects in ports.items():
            for name, entry in projects.items():
                tell(f"{module},{name}", entry)


def tell(key: str, entry: dict[str, object]) -> None:
    print(f'_project_port["{key}"]="{entry.get("port") or ""}"')
    print(f'_project_consul["{key}"]="{entry.get("consul") or ""}"')


def placed(
    projects: list[dict[str, str]], ports: dict[str, dict[str, dict[str, object]]], where: dict[str, str]
) -> None:
    names: dict[str, list[str]] = {}
    for project in projects:
        module = ALIAS.get(project["module"], project["module"])
        names.setdefault(module, []).append(project["name"])
        tell(f"{project['module']},{project['name']}", ports[module][project["name"]])
        own = "BK_" + re.sub(r"\W", "_", f"{module}_{project['name']}").upper() + "_IP_COMMA"
        ip = where[own] if own in where else where[f"BK_{module.upper()}_IP_COMMA"]
        print(f'_project_ip["{project["module"]},{project["name"]}"]="{ip}"')
    for module, listed in names.items():
        print(f'_projects["{module}"]="{" ".join(listed)}"')


main()
