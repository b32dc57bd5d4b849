"""One `ssh -G` for many addresses: what it answers for each is what ssh itself prints for it."""

import asyncio
import functools
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reconciler.engine.ssh.openssh_answers import VALID_S, OpensshAnswers, patterns_of

ADDRESSES = ("10.0.0.1", "10.0.0.2", "10.0.0.10", "10.0.1.1", "192.168.7.1")
SHARED = {
    "nothing": ("", 1),
    "for all": ("User ops\nPort 2222\nIdentityFile ~/.ssh/%h\n", 1),
    "a subnet": ("Host 10.0.0.*\n  User root\nHost *\n  User ops\n", 3),
    "all but one": ("Host 10.* !10.0.0.2\n  ProxyJump gate\n", 4),
    "one character": ("Host=10.0.0.?\nPort=2200\n", 2),
    "match all": ("User a\nMatch all\n  Port 99\n", 1),
    "one name for all": ("HostName 10.9.9.9\n", 1),
}
"""Configuration, and how often ssh is called: once for each set of patterns that match."""
ASKED_EACH = {
    "match": "Match host 10.0.0.1\n  User one\nMatch all\n",
    "match exec": "Match exec true\n  User any\n",
    "the name in another option": "HostName %h.example.org\n",
    "a quoted pattern": 'Host "10.0.0.1"\n  User one\n',
}


@dataclass
class Ssh:
    config: Path
    calls: list[str] = field(default_factory=list[str])

    async def ask(self, arguments: tuple[str, ...], name: str) -> tuple[str, str]:
        self.calls.append(name)
        return self.printed(name, *arguments)

    def printed(self, name: str, *arguments: str) -> tuple[str, str]:
        command = ["ssh", "-G", *arguments, "-F", str(self.config), "--", name]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        return done.stdout, done.stderr


@pytest.fixture
def ssh(tmp_path: Path, request: pytest.FixtureRequest) -> Ssh:
    (tmp_path / "config").write_text(request.param, encoding="utf-8")
    return Ssh(tmp_path / "config")


def without_level(printed: str) -> str:
    """The first call is a verbose one, and that is all that may show."""
    return "".join(line for line in printed.splitlines(keepends=True) if not line.startswith("loglevel "))


async def answered(ssh: Ssh, names: tuple[str, ...] = ADDRESSES) -> dict[str, str]:
    answers = OpensshAnswers()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(answers.printed_for(name, (), ssh.ask)) for name in names]
    return {name: without_level(task.result()) for name, task in zip(names, tasks, strict=True)}


@pytest.mark.parametrize(("ssh", "most"), SHARED.values(), ids=SHARED, indirect=["ssh"])
def test_what_is_shared_is_what_ssh_prints_for_each(ssh: Ssh, most: int) -> None:
    assert asyncio.run(answered(ssh)) == {name: without_level(ssh.printed(name)[0]) for name in ADDRESSES}
    assert len(ssh.calls) <= most


@pytest.mark.parametrize("ssh", ASKED_EACH.values(), ids=ASKED_EACH, indirect=True)
def test_ssh_is_asked_about_each_where_its_files_may_tell_them_apart(ssh: Ssh) -> None:
    assert asyncio.run(answered(ssh)) == {name: without_level(ssh.printed(name)[0]) for name in ADDRESSES}
    assert sorted(ssh.calls) == sorted(ADDRESSES)


@pytest.mark.parametrize("ssh", [""], indirect=True)
def test_an_included_file_counts_too(ssh: Ssh) -> None:
    included = ssh.config.with_name("more")
    included.write_text("Host 10.0.0.2\n  User two\n", encoding="utf-8")
    ssh.config.write_text(f"Include {included}\n", encoding="utf-8")
    printed = asyncio.run(answered(ssh))
    assert [name for name, text in printed.items() if "user two\n" in text] == ["10.0.0.2"]


@pytest.mark.parametrize("ssh", [""], indirect=True)
def test_names_that_are_no_addresses_are_asked_about_each(ssh: Ssh) -> None:
    names = ("gate", "bk1.example.org", "::1")
    asyncio.run(answered(ssh, names))
    assert sorted(ssh.calls) == sorted(names)


def test_an_error_is_each_names_own_and_nothing_is_shared_after_it() -> None:
    calls: list[str] = []

    async def refuses(_: tuple[str, ...], name: str) -> tuple[str, str]:
        calls.append(name)
        raise LookupError(name)

    async def three() -> list[str]:
        answers, words = OpensshAnswers(), list[str]()
        for name in ADDRESSES[:3]:
            try:
                await answers.printed_for(name, (), refuses)
            except LookupError as error:
                words.append(str(error))
        return words

    assert asyncio.run(three()) == calls == list(ADDRESSES[:3])


@pytest.mark.parametrize("ssh", [""], indirect=True)
def test_an_answer_is_forgotten_after_half_a_minute(ssh: Ssh) -> None:
    async def twice() -> None:
        answers = OpensshAnswers()
        ask = functools.partial(answers.printed_for, arguments=(), ask=ssh.ask)
        await ask("10.0.0.1")
        await ask("10.0.0.2")
        answers.since -= VALID_S + 1
        await ask("10.0.0.3")

    asyncio.run(twice())
    assert ssh.calls == ["10.0.0.1", "10.0.0.3"]


def test_other_words_than_openssh_s_share_nothing() -> None:
    async def ask(arguments: tuple[str, ...], name: str) -> tuple[str, str]:
        calls.append(name)
        return f"hostname {name}\n", ""

    calls: list[str] = []

    async def both() -> None:
        answers = OpensshAnswers()
        for name in ADDRESSES[:2]:
            await answers.printed_for(name, (), ask)

    asyncio.run(both())
    assert calls == list(ADDRESSES[:2])


def test_patterns_are_those_of_host_lines_alone() -> None:
    lines = ("# Host x", "HostName y", 'hostkeyalias "z"', "HOST = a !b", "  Host\tc", "", "junk")
    assert patterns_of(lines) == ("a", "b", "c")
    assert patterns_of(("Match user ops",)) is None
