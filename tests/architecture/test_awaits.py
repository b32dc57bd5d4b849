"""Every await that leaves the process ends: it has a deadline around it, or a reason here why it needs none.

An await of one of our own coroutines is looked at where that one is written. What is left are those of asyncio, of
asyncssh, of locks and streams, and of values that were handed in: each stands within `asyncio.timeout`, or in a list
below. A new one fails until somebody has thought about it, and a reason whose await is gone fails too.
"""

import ast
from collections.abc import Iterator
from functools import cache

from tests.architecture.tree import Source, sources

HANDED_IN = {
    "transport.run": "every Command has its own deadline, and every Transport keeps it (probes/command.py, timeout_s)",
    "clock.sleep": "ends by itself",
    "gather": "asks hosts: `gather_facts`, whose commands have their deadlines",
    "confirm": "a person is asked, while the lease if any is kept: as long as they like, or until Ctrl-C",
}
"""By the last words of what is called."""

REASONS = {
    ("local_program.py", "asyncio.create_subprocess_exec"): "a fork on this machine",
    ("local_program.py", "process.wait"): "killed before it is waited for",
    ("check.py", "discovered"): "`_discovered` of session.py, whose commands have their deadlines",
    ("timer.py", "act"): "`install` or `remove` of commands/timer.py, whose programs have their deadlines",
    ("session.py", "discovered"): "`_discovered`, whose commands have their deadlines",
    ("adopt.py", "asyncio.wait"): "jobs are followed, each with a deadline (`follow`), and Ctrl-C twice ends it",
    ("clock.py", "asyncio.sleep"): "ends by itself",
    ("prompt.py", "asyncio.wait"): "a tenth of a second at a time, until a person answers or stops",
    ("executor.py", "asyncio.wait"): "steps are followed, each with a deadline (`follow`), and Ctrl-C twice ends it",
    ("runner.py", "reading"): "`read_step`, a look at hosts, whose commands have their deadlines",
    ("reconcile.py", "context.seal"): "`sealing` of commands/seal.py, whose commands have their deadlines",
    ("reconcile.py", "context.stop.halted.wait"): "cancelled when the run is over",
    ("signals.py", "work"): "the command itself; Ctrl-C ends it",
    ("connection.py", "self.link.permits.acquire"): "held by commands that have their deadlines",
    ("openssh_answers.py", "self.locks[arguments]"): "held by one `ssh -G`, which has its deadline (`_ssh_g`)",
    ("openssh_answers.py", "self.locks[key]"): "held by one `ssh -G`, which has its deadline (`_ssh_g`)",
    ("openssh_config.py", "answers.printed_for"): "waits for `ssh -G` alone, which has its deadline (`_ssh_g`)",
    ("connection.py", "permit.take"): "held by commands that have their deadlines",
    ("connection.py", "permit.reacquire"): "held by commands that have their deadlines",
    ("connection.py", "to.lock"): "held while connecting, which has its deadline",
    ("connection.py", "self._connecting"): "held while connecting, which has its deadline",
    ("connection.py", "asyncio.sleep"): "ends by itself",
    ("connection.py", "process.wait_closed"): "within the command's deadline (`_run`)",
    ("connection.py", "stream.read"): "within the command's deadline (`_run`)",
    ("connection.py", "process.stdin.drain"): "within the command's deadline (`_run`)",
    ("host_keys.py", "limit"): "held by looks that have their deadlines",
    ("host_keys.py", "asyncssh.get_server_host_key"): "within the deadline of `_shown`",
    ("client_keys.py", "agent.get_keys"): "within the deadline of whoever connects",
    ("client_keys.py", "agent.wait_closed"): "a socket of this machine",
    ("host_keys.py", "proxy.close"): "killed before it is waited for",
    ("local_command.py", "asyncio.create_subprocess_exec"): "a fork on this machine",
    ("local_command.py", "process.wait"): "its streams have ended, or it was killed",
    ("local_command.py", "stdin.drain"): "within the command's deadline (`run_locally`)",
    ("local_command.py", "stream.read"): "within the command's deadline (`run_locally`)",
    ("openssh_config.py", "asyncio.create_subprocess_exec"): "a fork on this machine",
    ("openssh_config.py", "process.wait"): "killed before it is waited for",
    ("proxy_command.py", "asyncio.create_subprocess_exec"): "a fork on this machine",
    ("proxy_command.py", "self.process.wait"): "killed before it is waited for",
    ("proxy_command.py", "self.proxy.process.wait"): "killed before it is waited for",
    ("route.py", "contextlib.AsyncExitStack()"): "holds `client_keys`",
    ("route.py", "stack.enter_async_context"): "`client_keys`, within the deadline of whoever connects",
    ("route.py", "proxy.close"): "killed before it is waited for",
    ("route.py", "asyncssh.connect"): "within the deadline of whoever connects, beside its own two",
}
"""By file and what is awaited."""

PLACES = ("reconciler/engine/", "reconciler/commands/", "reconciler/cli/")


def looked_at() -> Iterator[Source]:
    return (source for source in sources() if source.name.startswith(PLACES))


@cache
def ours() -> frozenset[str]:
    """Coroutines by the names that our modules give them."""
    return frozenset(
        node.name for source in sources() for node in ast.walk(source.tree) if isinstance(node, ast.AsyncFunctionDef)
    )


def modules(source: Source) -> frozenset[str]:
    """Names that stand for a module of ours."""
    return frozenset(
        alias.asname or alias.name
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("reconciler")
        for alias in node.names
    )


def bare(source: Source, known: frozenset[str] | None = None) -> Iterator[str]:
    """What is awaited without a deadline around it, and is not written here."""
    known, local = known or ours(), modules(source)

    def walk(node: ast.AST, timed: bool) -> Iterator[str]:
        if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef):
            timed = False
        if isinstance(node, ast.AsyncWith):
            for item in node.items:
                text = ast.unparse(item.context_expr)
                timed = timed or text.startswith("asyncio.timeout(")
                if not timed and not _ends(text, known, local):
                    yield text
        if isinstance(node, ast.Await) and not timed:
            call = node.value.func if isinstance(node.value, ast.Call) else node.value
            if not _ends(ast.unparse(call), known, local):
                yield ast.unparse(call)
        for child in ast.iter_child_nodes(node):
            yield from walk(child, timed)

    return walk(source.tree, False)


def _ends(text: str, known: frozenset[str], local: frozenset[str]) -> bool:
    """One of ours: by its bare name, as a method of `self`, or out of one of our modules; or a group of ours."""
    called = text.partition("(")[0]
    receiver, _, name = called.rpartition(".")
    if called in ("asyncio.TaskGroup", "SshTransport"):
        return True
    return name in known and (receiver in ("", "self", "turn") or receiver in local or receiver == "transport")


def _handed_in(text: str) -> bool:
    return any(text == words or text.endswith(f".{words}") for words in HANDED_IN)


def test_every_await_has_a_deadline_or_a_reason() -> None:
    open_ends = {
        (source.path.name, text): source.name
        for source in looked_at()
        for text in bare(source)
        if not _handed_in(text) and (source.path.name, text) not in REASONS
    }
    assert open_ends == {}


def test_no_reason_is_left_over() -> None:
    there = {(source.path.name, text) for source in looked_at() for text in bare(source)}
    assert set(REASONS) - there == set()
    words = {text for _, text in there}
    assert {one for one in HANDED_IN if not any(t == one or t.endswith(f".{one}") for t in words)} <= {"transport.run"}


def test_one_without_would_be_seen() -> None:
    """The search itself."""
    text = """
async def known(): ...
async def f(stream, lock):
    await known()
    await stream.read(1)
    async with lock:
        pass
    async with asyncio.timeout(1.0):
        await stream.read(2)
        async with lock:
            await other.wait()
    async def inside():
        await other.wait()
"""
    source = Source(next(iter(looked_at())).path, ast.parse(text))
    assert list(bare(source, frozenset({"known", "f", "inside"}))) == ["stream.read", "lock", "other.wait"]
