"""Set one scalar of a YAML file, with the vendor's own `yq`. Guide 7.10: the switch for GSE 2.0 in JOB's template."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from actions.action import Action, Undo
from probes.command import Command
from probes.fact import AnyExpected
from probes.yaml import YamlValue
from specs.reason import reason

SET = """set -eu
yq=$1 file=$2 path=$3 value=$4
[ -f "$file" ] || { echo "no $file" >&2; exit 1; }
case $path$value in *[!A-Za-z0-9.]*) echo "not a plain path and value: $path $value" >&2; exit 64;; esac
if [ -L "$file" ]; then file=$(readlink -f -- "$file"); fi
cp -p -- "$file" "$file.bkrec-part"
"$yq" -i ".$path = $value" "$file.bkrec-part"
sync
mv -T -- "$file.bkrec-part" "$file"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetYaml(Action):
    tool: str
    file: str
    path: str
    value: str
    identity: ClassVar[tuple[str, ...]] = ("file", "path")
    kind: Literal["yaml.set"] = "yaml.set"
    login_shell: ClassVar[bool] = True
    undo: ClassVar[Undo] = "replaced"

    def ensures(self) -> tuple[AnyExpected, ...]:
        fact = YamlValue(host=self.host, file=self.file, path=self.path)
        return (fact.must_be(self.value, because=reason("yaml-set"), source="guide 7.10"),)

    def command(self) -> Command:
        return Command(script=SET, args=(self.tool, self.file, self.path, self.value))
