"""Env files: set one key, once, and change no other line.

The assignment that bash ends up with is replaced, whatever else is on its line; where there is none, one line
is added after a final newline is made sure of (the guide's `printf 'X=…' >>` glues two keys together in a file without
one). A value that is a secret is copied from the vendor's own file on the host; bkrec neither sees nor sends it. Guide
6.3, 6.4; env.md 5, 8.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, LiteralString

from actions.action import Action, Undo
from actions.lib.env_shell import EDIT, VALUE
from probes.command import Command
from probes.env import EnvCopied, EnvDuplicates, EnvFilled, EnvPresent, EnvValue
from probes.fact import AnyExpected, AnyFact
from specs.reason import reason

SET: LiteralString = (
    "set -eu\n"
    + EDIT
    + """
assign "$1" "$2" "$3"
"""
)

COPY: LiteralString = (
    "set -eu\n"
    + VALUE
    + EDIT
    + """
file=$1 key=$2
shift 2
for source in "$@"; do
    found=$(value "${source%:*}" "${source##*:}")
    [ -n "$found" ] || continue
    assign "$file" "$key" "$found"
    exit 0
done
echo "none of these has a value: $*" >&2
exit 1
"""
)

GENERATE: LiteralString = (
    "set -eu\n"
    + VALUE
    + EDIT
    + """
install=$1 what=$2 file=$3 key=$4
there=$(value "$file" "$key")
[ -z "$there" ] || exit 0
# one that an undo took away may be a server's password by now: it is used again
kept=${BKREC_UNDO:-/nonexistent/run}
place=$(readlink -m -- "$file")
if [ ! -L "$file" ]; then place=$file; fi
place=$(place_of "$place")
made=
for after in "${kept%/*}"/*/"$place"/after; do
    [ ! -e "$after" ] || made=$(value "$after" "$key")
    [ -z "$made" ] || break
done
if [ -n "$made" ]; then
    assign "$file" "$key" "$made"
    exit 0
fi
cd -- "$install"
if [ "$what" = random ]; then
    printed=$key=$(mktemp -u XXXXXXXXXXXX) # twelve characters of the system's own randomness, and no file
else
    printed=$(./bin/generate_blueking_generate_envvars.sh "$what") || echo "the generator ended with $?" >&2
fi
made=$(printf '%s\\n' "$printed" | awk -v key="$key=" 'index($0, key) == 1' | tail -n 1)
[ -n "${made#*=}" ] || { echo "the generator made no $key" >&2; exit 1; }
assign "$file" "$key" "${made#*=}"
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditEnv(Action):
    """Base of all edits of an env file: the file, the key, and the copies on other hosts that become stale."""

    file: str
    key: str
    invalidated: tuple[AnyFact, ...] = ()
    """Facts about copies and merges of this file: stale once it changes, so they are probed again."""
    undo: ClassVar[Undo] = "restored"

    def invalidates(self) -> tuple[AnyFact, ...]:
        return self.invalidated

    @property
    def locks(self) -> tuple[str, ...]:
        return ("bkcli", f"host:{self.host}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVariable(EditEnv):
    value: str
    identity: ClassVar[tuple[str, ...]] = ("file", "key")
    kind: Literal["env.set"] = "env.set"

    def ensures(self) -> tuple[AnyExpected, ...]:
        fact = EnvValue(host=self.host, file=self.file, key=self.key)
        return (fact.must_be(self.value, because=reason("variable-set"), source="guide 6.3, 6.4"),)

    def command(self) -> Command:
        return Command(script=SET, args=(self.file, self.key, self.value))


@dataclass(frozen=True, slots=True, kw_only=True)
class AddVariable(EditEnv):
    """Have the key occur, empty."""

    identity: ClassVar[tuple[str, ...]] = ("file", "key")
    kind: Literal["env.add"] = "env.add"

    def ensures(self) -> tuple[AnyExpected, ...]:
        fact = EnvPresent(host=self.host, file=self.file, key=self.key)
        return (fact.must_be(True, because=reason("variable-set"), source="guide 6.4"),)

    def command(self) -> Command:
        return Command(script=SET, args=(self.file, self.key, ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyVariable(EditEnv):
    """Copy the value of the first source that has one, on the host itself."""

    sources: tuple[str, ...]
    identity: ClassVar[tuple[str, ...]] = ("file", "key")
    kind: Literal["env.copy"] = "env.copy"

    def ensures(self) -> tuple[AnyExpected, ...]:
        fact = EnvCopied(host=self.host, file=self.file, key=self.key, sources=self.sources)
        return (fact.must_be(True, because=reason("variable-copied"), source="guide 6.3"),)

    def command(self) -> Command:
        return Command(script=COPY, args=(self.file, self.key, *self.sources))


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerateVariable(EditEnv):
    """Let the vendor's generator make a secret on the host, once; of its output, only this key is used.

    It appends an empty BK_REDIS_SENTINEL_PASSWORD on each call (observed), which the guide's `>>` lets in.
    """

    install: str
    generator: str
    identity: ClassVar[tuple[str, ...]] = ("file", "key")
    kind: Literal["env.generate"] = "env.generate"
    login_shell: ClassVar[bool] = True

    def ensures(self) -> tuple[AnyExpected, ...]:
        fact = EnvFilled(host=self.host, file=self.file, key=self.key)
        return (fact.must_be(True, because=reason("variable-generated"), source="guide 6.3"),)

    def command(self) -> Command:
        return Command(script=GENERATE, args=(self.install, self.generator, self.file, self.key))


LAST: LiteralString = (
    "set -eu\n"
    + EDIT
    + r"""
file=$1 key=$2
if grep -qE '[$][{]?'"$key"'([^A-Za-z0-9_]|$)' -- "$file"; then
    echo "a line of $file rests on $key: which one it means is for a person to say" >&2
    exit 1
fi
edited keep-last "$file" "$key"
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeduplicateVariable(EditEnv):
    """Take out the assignments of a key that its last one overrules: who reads the file reads what they read before.

    The script stops where another line expands the key: then the earlier assignments are not idle.
    """

    identity: ClassVar[tuple[str, ...]] = ("file", "key")
    kind: Literal["env.deduplicate"] = "env.deduplicate"

    def ensures(self) -> tuple[AnyExpected, ...]:
        fact = EnvDuplicates(host=self.host, file=self.file, key=self.key)
        return (fact.must_be(False, because=reason("variable-once"), source="bin/merge_env.sh:36-57"),)

    def command(self) -> Command:
        return Command(script=LAST, args=(self.file, self.key))


MERGE = """set -u
cd -- "$1"
./bin/merge_env.sh "$2" > /dev/null || :
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeEnv(Action):
    """Merge one module's layers into its 04-final file; merge_env.sh exits 1 on any empty key, which is usual."""

    install: str
    module: str
    effects: tuple[AnyExpected, ...]
    """Values that must show in 04-final/MODULE.env."""
    invalidated: tuple[AnyFact, ...] = ()
    identity: ClassVar[tuple[str, ...]] = ("module",)
    kind: Literal["env.merge"] = "env.merge"
    login_shell: ClassVar[bool] = True
    undo: ClassVar[Undo] = "derived"

    def ensures(self) -> tuple[AnyExpected, ...]:
        return self.effects

    def command(self) -> Command:
        return Command(script=MERGE, args=(self.install, self.module))

    def invalidates(self) -> tuple[AnyFact, ...]:
        return self.invalidated

    @property
    def locks(self) -> tuple[str, ...]:
        return ("bkcli", f"host:{self.host}")
