"""Package: unpack it, unpack the products in it, and swap the new /data/src in.

All of it happens beside the old tree and each stage ends in one rename, so that a run killed anywhere leaves either
the stage before or the stage after, never half of one. The guide unpacks over the live directory and cannot be run
twice: its second `mv` moves the new tree into the backup (observed on the vendor's scripts). Guide 4, 5.3, 6.1.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, LiteralString

from actions.action import Action, Undo
from actions.lib import restore
from actions.lib.backup_shell import RECORD, ROOM
from actions.lib.versions_shell import RECORD_VERSIONS
from probes.backup import Backup
from probes.command import Command
from probes.fact import AnyExpected, AnyFact
from probes.marker import Marker
from probes.package import PackageDigest
from probes.package_versions import PackageVersions, of_reading
from probes.path import LineInFile, PathKind, TreeDigest, VersionText
from specs.reason import Reason, reason

UNPACK: LiteralString = """set -eu
package=$1 into=$2 md5=$3
part=$into.bkrec-part
rm -rf -- "$part"
mkdir -p -- "$part"
tar -xf "$package" -C "$part"
[ -s "$part/src/VERSION" ] || { echo "$package brings no src/VERSION, or an empty one" >&2; exit 1; }
[ -s "$part/install/bkcli" ] || { echo "$package brings no install/bkcli" >&2; exit 1; }
printf '%s\n' "$md5" > "$part/.bkrec-md5"
rm -rf -- "$into"
sync
mv -T -- "$part" "$into"
"""


def unpacked_from(host: str, into: str, md5: str) -> AnyExpected:
    """The tree was unpacked from the package of this MD5, not from one that cluster.toml named before."""
    fact = LineInFile(host=host, path=f"{into}/.bkrec-md5", line=md5)
    return fact.must_be(True, because=reason("package-unpacked"), source="guide 4")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpackPackage(Action):
    """Unpack the verified package into a directory of bkrec's own."""

    package: str
    md5: str
    into: str
    version: str
    identity: ClassVar[tuple[str, ...]] = ("into",)
    kind: Literal["package.unpack"] = "package.unpack"
    typical_s: ClassVar[float] = 180.0
    undo: ClassVar[Undo] = "no-change"

    def requires(self) -> tuple[AnyExpected, ...]:
        digest = PackageDigest(host=self.host, path=self.package)
        return (digest.must_be(self.md5, because=reason("package-unchanged"), source="guide 3"),)

    def ensures(self) -> tuple[AnyExpected, ...]:
        why, source = reason("package-unpacked"), "guide 4"
        return (
            VersionText(host=self.host, path=f"{self.into}/src/VERSION").must_be(
                self.version, because=why, source=source
            ),
            PathKind(host=self.host, path=f"{self.into}/install/bkcli").must_be("file", because=why, source=source),
            unpacked_from(self.host, self.into, self.md5),
        )

    def invalidates(self) -> tuple[AnyFact, ...]:
        """Stages that an earlier run completed there."""
        below = (f"{self.into}/src/{name}" for name in ("cert", "backup", ".bkrec-products"))
        return tuple(PathKind(host=self.host, path=path) for path in below)

    def command(self) -> Command:
        return Command(script=UNPACK, args=(self.package, self.into, self.md5))

    @property
    def deadline_s(self) -> float:
        return 3600.0


def recorded_versions(host: str, md5: str, versions: tuple[str, ...]) -> AnyExpected:
    """The versions that the package of this MD5 brings are known, and are these."""
    return PackageVersions(host=host, md5=md5).must_be(
        versions, because=reason("versions-of-package"), source="guide 3, 6.1"
    )


PRODUCTS: LiteralString = (
    "set -eu\n"
    + RECORD_VERSIONS
    + """
cd -- "$1"
shift
rm -f -- .bkrec-products
for file in *gz; do
    [ -f "$file" ] || continue
    tar -xf "$file"
done
[ $# = 0 ] || pin "$@"
sync
: > .bkrec-products
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpackProducts(Action):
    """Unpack every product archive below `root`; unlike the guide's loop it stops at the first broken one."""

    root: str
    package: str
    version: str
    """VERSION of the tree itself: a product is never unpacked into another release's tree."""
    products: tuple[tuple[str, str], ...]
    """(directory, version): what must be readable afterwards."""
    files: tuple[str, ...] = ()
    """Files of archives that bring no VERSION, below `root`."""
    invalidated: tuple[AnyFact, ...] = ()
    """Edits of the products' templates, which unpacking takes back."""
    md5: str = ""
    """MD5 of the verified package, where the tree was unpacked from it: then its products' VERSIONs are recorded."""
    package_versions: tuple[str, ...] = ()
    """The assumed versions. If the package brings others, the plan is stale and made again."""
    identity: ClassVar[tuple[str, ...]] = ("package", "root")
    kind: Literal["package.products"] = "package.products"
    typical_s: ClassVar[float] = 300.0
    undo: ClassVar[Undo] = "no-change"

    def requires(self) -> tuple[AnyExpected, ...]:
        tree = VersionText(host=self.host, path=f"{self.root}/VERSION")
        version = tree.must_be(self.version, because=reason("products-belong-to-tree"), source="guide 6.1")
        into = self.root.rpartition("/")[0]
        return (version, *((unpacked_from(self.host, into, self.md5),) if self.md5 else ()))

    def ensures(self) -> tuple[AnyExpected, ...]:
        why, source = reason("products-unpacked"), "guide 6.1"
        done = PathKind(host=self.host, path=f"{self.root}/.bkrec-products")
        versions = tuple(
            VersionText(host=self.host, path=f"{self.root}/{product}/VERSION").must_be(
                version, because=why, source=source
            )
            for product, version in self.products
        )
        recorded = (recorded_versions(self.host, self.md5, self.package_versions),) if self.md5 else versions
        files = tuple(
            PathKind(host=self.host, path=f"{self.root}/{file}").must_be("file", because=why, source=source)
            for file in self.files
        )
        return (*recorded, *files, done.must_be("file", because=why, source=source))

    def invalidates(self) -> tuple[AnyFact, ...]:
        return self.invalidated

    def command(self) -> Command:
        names = tuple(word for version in of_reading(self.package_versions) for word in (version.kind, version.name))
        return Command(script=PRODUCTS, args=(self.root, *((self.md5, *names) if self.md5 else ())))

    @property
    def deadline_s(self) -> float:
        return 3600.0


SWAP: LiteralString = (
    "set -eu\n"
    + RECORD
    + ROOM
    + """
new=$1 live=$2 from=$1
keep=$live.bak part=$live.bkrec-part
[ -s "$new/VERSION" ] || { echo "$new is no whole tree: its VERSION is empty or not there" >&2; exit 1; }
[ -L "$live" ] || ! mountpoint -q -- "$live" ||
    { echo "$live is a mount point, which cannot be renamed: mount it above, and make $live a directory" >&2; exit 1; }
# mv copies from one file system to the other, and cut short it leaves half a tree: only a rename is all or nothing
rm -rf -- "$part"
here=$(stat -c %d -- "$new")
there=$(stat -L -c %d -- "$(dirname -- "$live")")
if [ "$here" != "$there" ]; then
    used=$(du -sk -- "$new")
    room "$(dirname -- "$live")" "$((${used%%[!0-9]*} + 65536))" "the copy of $new"
    trap 'rm -rf -- "$part"' EXIT
    cp -a -- "$new" "$part"
    from=$part
fi
sync
if [ -e "$keep" ]; then keep=$live.bak.$(date +%Y%m%d%H%M%S); fi
if [ -d "$live" ]; then
    mv -T -- "$live" "$keep"
else # a run before this one was cut short here
    for old in "$live.bak" "$live".bak.[0-9]*; do
        if [ -d "$old" ]; then keep=$old; fi
    done
fi
keep=$(readlink -f -- "$keep")
if [ -d "$keep" ] && [ -s "$keep/VERSION" ]; then
    record src "$keep" -
fi
mv -T -- "$from" "$live"
sync
if [ "$from" != "$new" ]; then rm -rf -- "$new"; fi
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapSource(Action):
    """Swap the completed tree in as /data/src; the old one becomes /data/src.bak. Two renames."""

    new: str
    live: str
    version: str
    products: tuple[tuple[str, str], ...]
    files: tuple[str, ...] = ()
    invalidated: tuple[AnyFact, ...] = ()
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["package.swap"] = "package.swap"
    undo: ClassVar[Undo] = "replaced"

    def requires(self) -> tuple[AnyExpected, ...]:
        why, source = reason("swap-complete-trees-only"), "guide 6.1"
        return (
            VersionText(host=self.host, path=f"{self.new}/VERSION").must_be(self.version, because=why, source=source),
            PathKind(host=self.host, path=f"{self.new}/.bkrec-products").must_be("file", because=why, source=source),
            PathKind(host=self.host, path=f"{self.new}/cert").must_be("directory", because=why, source="deliver.sh:17"),
            PathKind(host=self.host, path=f"{self.new}/backup").must_be(
                "directory", because=why, source="bin/release_cmdb.sh:213"
            ),
        )

    def ensures(self) -> tuple[AnyExpected, ...]:
        why, source = reason("source-swapped"), "guide 6.1"
        versions = tuple(
            VersionText(host=self.host, path=f"{self.live}/{name}/VERSION").must_be(version, because=why, source=source)
            for name, version in self.products
        )
        directories = tuple(
            PathKind(host=self.host, path=f"{self.live}/{name}").must_be("directory", because=why, source=source)
            for name in ("cert", "backup")
        )
        files = tuple(
            PathKind(host=self.host, path=f"{self.live}/{file}").must_be("file", because=why, source=source)
            for file in self.files
        )
        live = VersionText(host=self.host, path=f"{self.live}/VERSION")
        return (live.must_be(self.version, because=why, source=source), *versions, *files, *directories)

    def invalidates(self) -> tuple[AnyFact, ...]:
        return self.invalidated

    def command(self) -> Command:
        return Command(script=SWAP, args=(self.new, self.live))

    def side_effects(self) -> tuple[Reason, ...]:
        """Found again only by who knows: a later installation of such a product finds no package."""
        return (reason("affects-other-sources", live=self.live),)

    def restore_commands(self) -> tuple[str, ...]:
        return restore.src(self.live)

    @property
    def locks(self) -> tuple[str, ...]:
        return ("bkcli", f"host:{self.host}")


SCRIPTS = """set -eu
new=$1 live=$2
mark=/var/lib/bkrec/markers/replacing-scripts
mkdir -p -m 0700 -- "$(dirname -- "$mark")" /var/lib/bkrec/tasks
date +%s > "$mark"
# what is merged rests on bin/default, which is another one from here on
date +%s > /var/lib/bkrec/tasks/variables-merge
sync
# by content: a file of equal size and time would be passed over, whatever is in it (observed with the vendor's trees)
copy() {
    rsync "$@" --checksum --delete --exclude='.*' --exclude=install.config --exclude='bin/0[1234]-*' -- "$new/" "$live/"
}
copy -a
left=$(copy -ain)
left=$(printf '%s\\n' "$left" | grep -v '/$' || :)
[ -z "$left" ] || { printf 'still different:\\n%s\\n' "$left" >&2; exit 1; }
sync
rm -f -- "$mark"
"""


PRESERVED = (".*", "*/.*", "install.config", "bin/0[1234]-*", "*.pyc", "*.bkrec-part")
"""Paths that a replacement preserves, as `TreeDigest` excludes them: all else equals the package's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceScripts(Action):
    """Replace the deployment scripts by the package's, keeping dot files, install.config and the env layers."""

    new: str
    live: str
    version: str
    """VERSION of the tree beside `new`: the unpacked package."""
    markers: tuple[str, ...]
    invalidated: tuple[AnyExpected, ...] = ()
    """Edits below bin/default, which rsync --delete resets. Guide 6.4."""
    patched: tuple[str, ...] = ()
    """The edited files below `live`."""
    identity: ClassVar[tuple[str, ...]] = ()
    kind: Literal["package.scripts"] = "package.scripts"
    undo: ClassVar[Undo] = "replaced"

    def requires(self) -> tuple[AnyExpected, ...]:
        backup = Backup(host=self.host, what="install")
        unpacked = PathKind(host=self.host, path=f"{self.new}/bkcli")
        return (
            backup.must_be("fresh", because=reason("scripts-backed-up"), source="guide 5.3"),
            unpacked.must_be("file", because=reason("scripts-come-from-package"), source="guide 6.1"),
        )

    def ensures(self) -> tuple[AnyExpected, ...]:
        why, source = reason("scripts-replaced"), "guide 6.1"
        expected_markers = tuple(
            PathKind(host=self.host, path=f"{self.live}/{marker}").must_be("file", because=why, source=source)
            for marker in self.markers
        )
        mark = Marker(host=self.host, name="replacing-scripts")
        excluded = (*PRESERVED, *self.patched)
        new = TreeDigest(host=self.host, root=self.new, exclude=excluded)
        same = TreeDigest(host=self.host, root=self.live, exclude=excluded).must_equal(new, because=why, source=source)
        return (*expected_markers, same, mark.must_be_absent(because=reason("scripts-whole"), source="guide 6.1"))

    def command(self) -> Command:
        return Command(script=SCRIPTS, args=(self.new, self.live))

    def invalidates(self) -> tuple[AnyFact, ...]:
        return tuple(expected.fact for expected in self.invalidated)

    @property
    def locks(self) -> tuple[str, ...]:
        return ("bkcli", f"host:{self.host}")
