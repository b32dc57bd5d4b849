"""The floor: asyncssh alone. One connection and one command per host, output discarded, nothing else.

python benchmarks/bare.py KEY KNOWN_HOSTS SENT [ROUNDS [digest]]     # sends what `endpoint.py` wrote to SENT

With more rounds than one the connections are kept, and the end of each round is said, as a line. With `digest` a host
is asked by that one word for a digest of the same answers: neither the programs nor the answers travel.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncssh

MAX_CONNECTING = 50
"""As many as bkrec (`SshSettings.max_connecting`)."""


def requests_in(sent: Path) -> Iterator[tuple[str, str, str]]:
    """Host, command, and all programs that it was sent as one."""
    for file in sent.iterdir():
        requests = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        yield file.name, requests[0][0], "".join(program for _, program in requests)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    key: str
    known_hosts: str
    limit: asyncio.Semaphore

    async def connection(self, host: str) -> asyncssh.SSHClientConnection:
        async with self.limit:
            return await asyncssh.connect(
                host, username="root", client_keys=[self.key], known_hosts=self.known_hosts, config=None
            )


async def main(key: str, known_hosts: str, sent: str, rounds: str = "1", word: str = "") -> None:
    login = Login(key=key, known_hosts=known_hosts, limit=asyncio.Semaphore(MAX_CONNECTING))
    requests, kept = list(requests_in(Path(sent))), dict[str, asyncssh.SSHClientConnection]()
    if word:
        requests = [(host, word, "") for host, _, _ in requests]
    for left in reversed(range(int(rounds))):
        async with asyncio.TaskGroup() as group:
            for host, command, program in requests:
                group.create_task(send(host, command, program, login, kept, last=not left))
        if int(rounds) > 1:
            print(left, flush=True)


async def send(
    host: str,
    command: str,
    program: str,
    login: Login,
    kept: dict[str, asyncssh.SSHClientConnection],
    *,
    last: bool,
) -> None:
    connection = kept.get(host) or await login.connection(host)
    await connection.run(command, input=program, stdout=asyncssh.DEVNULL, stderr=asyncssh.DEVNULL)
    if last:
        connection.close()
        await connection.wait_closed()
    else:
        kept[host] = connection


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
