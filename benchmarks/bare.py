"""The floor: asyncssh alone. One connection and one command per host, output discarded, nothing else.

python benchmarks/bare.py KEY KNOWN_HOSTS SENT      # sends what `endpoint.py` wrote to SENT, host by host
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncssh

MAX_CONNECTING = 50
"""As many as bkrec (`SshSettings.max_connecting`)."""


def requests_in(sent: Path) -> Iterator[tuple[str, str, str]]:
    """Host, command, and all programs that it was sent as one."""
    for file in sent.iterdir():
        requests = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        yield file.name, requests[0][0], "".join(program for _, program in requests)


async def main(key: str, known_hosts: str, sent: str) -> None:
    limit = asyncio.Semaphore(MAX_CONNECTING)
    async with asyncio.TaskGroup() as group:
        for host, command, program in requests_in(Path(sent)):
            group.create_task(send(host, command, program, key, known_hosts, limit))


async def send(host: str, command: str, program: str, key: str, known_hosts: str, limit: asyncio.Semaphore) -> None:
    async with limit:
        connection = await asyncssh.connect(
            host, username="root", client_keys=[key], known_hosts=known_hosts, config=None
        )
    async with connection:
        await connection.run(command, input=program, stdout=asyncssh.DEVNULL, stderr=asyncssh.DEVNULL)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
