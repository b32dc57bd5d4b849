"""A platform of a few files below a directory of the test, sealed and looked at by the real scripts."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from probes.command import Command, Output
from probes.lib.seal_shell import MANIFEST
from probes.seal import PROBE, SealChanges
from reconciler.engine.seal_scripts import SEAL
from tests.probes.here import HOST, ask, brief, run


@dataclass(frozen=True)
class SealedPlatform:
    root: Path
    shell: str = "/bin/sh"
    tools: Path | None = None
    excluded: tuple[str, ...] = ()
    scope: list[str] = field(default_factory=list[str])

    @property
    def etc(self) -> Path:
        return self.root / "etc"

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def manifest(self) -> Path:
        return self.state / "seal/manifest"

    def write(self, name: str | bytes, text: str = "as it was\n") -> Path:
        path = self.etc / (name if isinstance(name, str) else name.decode("utf-8", "surrogateescape"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def words(self) -> str:
        lines = [f"@root\tconfiguration\t{self.etc}", *(f"@exclude\t-\t{path}" for path in self.excluded)]
        return "\n".join((*lines, *self.scope, ""))

    def seal(self, purpose: str = "take", words: str | None = None, *, why: str = "-", epoch: str = "-") -> Output:
        args = (str(self.state), purpose, "6.2.2", "root@desk", why, epoch)
        command = Command(script=SEAL, args=args, stdin=self.words() if words is None else words)
        return run(command, shell=self.shell, tools=self.tools)

    def changes(self) -> list[str]:
        """What the look has to say, or the code of why it does not know, alone."""
        reading = ask(
            PROBE,
            [SealChanges(host=HOST)],
            shell=self.shell,
            tools=self.tools,
            instead={MANIFEST: str(self.manifest)},
        )[0]
        value = cast("tuple[str, ...] | str", brief(reading))
        words = value if isinstance(value, tuple) else (value,)
        return [word.replace(f"{self.root}/", "") for word in words]
