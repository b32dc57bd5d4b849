"""Ownership of configuration files: who owns one, and who else may write it.

A cluster file decides what runs on this machine as whoever called us (`[ssh] config`: Match exec, ProxyCommand), and so
does an SSH configuration. One that was merely found has to be the caller's own or root's, and nobody else's to write,
and so do the directories that lead to it, as ssh(1) and sshd(8) hold it with their files. A directory in which anybody
may make files and only their owners may take them away (/tmp) is no way in by itself: who owns the file decides.

A group in which there is nobody but the owner is the owner (user private groups: umask 002).
"""

import glob
import grp
import os
import pwd
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_MAX_INCLUDE_DEPTH = 16
"""Includes within includes, as ssh_config(5) has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadOwnership:
    """The offending path, its owner, and what is wrong with it."""

    path: Path
    owner: str
    why: str
    """owner: somebody else's. writable: others may write it."""


def check_ownership(path: Path, trusted: frozenset[int] = frozenset()) -> BadOwnership | None:
    """The first thing on the way to the file that others decide about; None where nobody does. `trusted`: users whose
    word counts besides root's and the caller's. Raises OSError."""
    owners = trusted | {0, os.geteuid()}
    paths = dict.fromkeys((path.absolute(), path.resolve(strict=True)))
    for candidate in paths:
        for part in (candidate, *candidate.parents):
            if bad := _check_path(part, owners, part == candidate):
                return bad
    return None


def _check_path(path: Path, owners: frozenset[int], is_file: bool) -> BadOwnership | None:
    status = path.lstat() if is_file else path.stat()
    owner = _user_name(status.st_uid)
    if status.st_uid not in owners:
        return BadOwnership(path=path, owner=owner, why="owner")
    if stat.S_ISLNK(status.st_mode):
        return None
    sticky = not is_file and status.st_mode & stat.S_ISVTX
    if not sticky and others_may_write(status):
        return BadOwnership(path=path, owner=owner, why="writable")
    return None


def others_may_write(status: os.stat_result) -> bool:
    if status.st_mode & stat.S_IWOTH:
        return True
    return bool(status.st_mode & stat.S_IWGRP) and not _is_private_group(status)


def _is_private_group(status: os.stat_result) -> bool:
    try:
        owner, group = pwd.getpwuid(status.st_uid).pw_name, grp.getgrgid(status.st_gid)
    except KeyError:
        return False
    return group.gr_name == owner and set(group.gr_mem) <= {owner}


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


_INCLUDE = re.compile(r"\s*include(?:\s+|\s*=\s*)(.+)", re.IGNORECASE)


def ssh_configs(path: Path, depth: int = 0) -> Iterator[Path]:
    """The file and all that it includes, whichever host they are for. Raises OSError."""
    yield path
    if depth >= _MAX_INCLUDE_DEPTH:
        return
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        match = _INCLUDE.match(line)
        for pattern in match[1].split() if match else ():
            full = Path(os.path.expanduser(pattern.strip("\"'")))
            # as asyncssh takes one that is not absolute
            for included in sorted(glob.glob(str(full if full.is_absolute() else Path.home() / ".ssh" / full))):
                yield from ssh_configs(Path(included), depth + 1)
