"""Stand-in for a vendor's tree, as far as `bkcli render` goes: variables, templates, bkr.sh and render_tpl.

Written for the tests, with the interface of the vendor's and, on purpose, what they leave behind: load_env.sh touches a
file and works through /tmp; render_tpl works there too, writes where it stands, and ends well where a placeholder has
no value. It is not below /tmp: there the vendor's scripts write, so that bkrec hides it.
"""

from dataclasses import dataclass
from pathlib import Path

LOAD_ENV = """\
touch {root}/local.env
copied=$(mktemp /tmp/bk_all_XXXXX.env)
cat {root}/install/bin/04-final/*.env > "$copied"
. "$copied"
rm -f "$copied"
LAN_IP=10.0.0.1
"""
BKR = """\
#!/usr/bin/env bash
. {root}/install/load_env.sh
home={root}/home src={root}/src module=$1
[[ -d $home/$module && -d $src/$module ]] || exit 1
env={root}/install/bin/04-final/$module.env
{root}/install/bin/render_tpl "$home" "$module" "$LAN_IP" "$env" "$src/$module"/templates/*
"""
RENDER_TPL = """\
#!/usr/bin/env bash
set -euo pipefail
home=$1 module=$2 LAN_IP=$3
set -a
. "$4"
export LAN_IP
set +a
shift 4
script=$(mktemp /tmp/XXXXXX.sed)
trap 'rm -f "$script"' EXIT
for word in $(cat "$@" | grep -o '__[A-Z_]*__' | sort -u); do
    name=${word#__}
    name=${name%__}
    value=$(printenv "$name") || echo "UNDEFINED PLACE_HOLDER: $word" >&2
    echo "s|$word|$value|g" >> "$script"
done
for template in "$@"; do
    name=${template##*/}
    target=$home/${name//#//}
    [[ $name == \\#* ]] || target=$home/$module/${name//#//}
    echo "render $template -> $target"
    mkdir -p "${target%/*}"
    sed -f "$script" "$template" > "$target"
done
"""


@dataclass(frozen=True)
class VendorTree:
    root: Path
    """Nothing but this directory is written to."""

    @property
    def home(self) -> Path:
        return self.root / "home"

    def make(self) -> "VendorTree":
        for below in ("install/bin/04-final", "home", "src"):
            (self.root / below).mkdir(parents=True)
        for name, text in (("load_env.sh", LOAD_ENV), ("bin/bkr.sh", BKR), ("bin/render_tpl", RENDER_TPL)):
            path = self.root / "install" / name
            path.write_text(text.replace("{root}", str(self.root)))
            path.chmod(0o755)
        (self.root / "local.env").write_text("")
        return self

    def module(self, name: str, templates: dict[str, str], **values: str) -> None:
        """Installed, its package unpacked, its files as they are rendered."""
        (self.home / name).mkdir()
        directory = self.root / "src" / name / "templates"
        directory.mkdir(parents=True)
        for template, text in templates.items():
            (directory / template).write_text(text)
        env = "".join(f"{key}={value}\n" for key, value in values.items())
        (self.root / f"install/bin/04-final/{name}.env").write_text(env)
        for tree in (self.home, self.root / "src"):
            (tree / name / "VERSION").write_text("1.0\n")

    def scope(self, *modules: str) -> str:
        lines = [
            f"@root\tconfiguration\t{self.home}/etc",
            f"@root\tprograms\t{self.home}",
            *(f"@linked\tprograms\t{self.home}/{module}" for module in modules),
            *(f"@renderer\t{name}\t{self.root}/{name}" for name in ("home", "install", "src")),
            *(f"@render\t{module}\t{module}" for module in modules),
        ]
        return "".join(f"{line}\n" for line in lines)
