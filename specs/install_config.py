"""install.config: which modules are on which host, parsed exactly as the release's own parser does.

That parser forgives little and explains less: a line counts only if it *begins* with something shaped like an IPv4
address; every other line, an indented one too, is passed over in silence. A trailing comma or a carriage return is an
error, yet what was understood before is still used. Source: bin/bk-install-config-parser.awk of the 6.2.1 release,
lines 37-48 and 146-163; `tests/contracts/install_config_parser/` holds that parser's answers.
"""

import re
from dataclasses import dataclass

_SEPARATORS = re.compile(r"[ \t,]+")
_ADDRESS = re.compile(r"([0-9]+[.]){3}[0-9]+")
_TOKEN = re.compile(r"([a-z][a-z0-9_]*)(?:\(([a-z][a-z0-9_]*(?:-[a-z][a-z0-9_]*)*)\))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class BadToken:
    """One token that is not a module; the parser reports it and continues."""

    line: int
    field: int
    """Counted from 1, the address being field 1."""
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HostLayout:
    hosts: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    """Address → (module, project), both in the order of first appearance; project "" where none is named."""
    errors: tuple[BadToken, ...] = ()

    def hosts_of(self, module: str, project: str = "") -> tuple[str, ...]:
        """Hosts of the module; with a project, of that project alone. The order is the file's, for every module."""
        return tuple(ip for ip, owned in self.hosts if any(_is(name, module, project) for name in owned))

    def hosts_named(self, name: str) -> tuple[str, ...]:
        """ "log" or "log(api)", as it is written there."""
        module, _, project = name.removesuffix(")").partition("(")
        return self.hosts_of(module, project)

    def addresses(self) -> tuple[str, ...]:
        return tuple(ip for ip, _ in self.hosts)

    def modules_of(self, ip: str) -> tuple[tuple[str, str], ...]:
        return dict(self.hosts).get(ip, ())


def _is(owned: tuple[str, str], module: str, project: str) -> bool:
    return owned[0] == module and project in ("", owned[1])


def parse(text: str) -> HostLayout:
    hosts: dict[str, dict[tuple[str, str], None]] = {}
    errors: list[BadToken] = []
    for number, line in enumerate(text.split("\n"), start=1):
        address, *tokens = _SEPARATORS.split(line)
        if not _ADDRESS.fullmatch(address):
            continue
        for place, token in enumerate(tokens, start=2):
            match = _TOKEN.fullmatch(token)
            if match is None:
                errors.append(BadToken(line=number, field=place, token=token))
            else:
                hosts.setdefault(address, {})[match[1], match[2] or ""] = None
    return HostLayout(hosts=tuple((ip, tuple(owned)) for ip, owned in hosts.items()), errors=tuple(errors))
