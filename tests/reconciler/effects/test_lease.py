"""The lease, on a real sh: one holder, whose age no clock step changes, and an epoch that only rises."""

import asyncio
from pathlib import Path

import pytest

from reconciler.effects.lease import (
    TTL_S,
    Lease,
    LeaseError,
    LeaseHeld,
    Term,
    break_lease,
    keep,
    raise_fences,
    read_lease,
    release,
    take,
)
from reconciler.effects.stop import StopSignal
from tests.support.local import Greeting, LocalTransport
from tests.support.world import VirtualClock

C = "10.0.0.1"
GREETINGS = (
    "Welcome\n",
    "no line end: ",
    "bkrec-lease held ghost 9 1 ghost nowhere .\nbkrec-says fence stale 9\nbkrec-says fence fenced\n",
)


@pytest.fixture
def host(tmp_path: Path) -> LocalTransport:
    return LocalTransport(tmp_path)


async def taken(host: LocalTransport, run: str, floor: int = 0) -> Lease:
    return await take(host, C, run=run, user="wang", source="laptop", floor=floor)


def aged(host: LocalTransport, seconds: int, boot: str = "") -> None:
    path = host.state(C) / "lease"
    run, since, when, *rest = path.read_text().split()
    since = f"{boot}/{since.partition('/')[2]}" if boot else since
    path.write_text(" ".join((run, since, str(max(0, int(when) - seconds)), *rest)) + "\n")


def test_one_of_two_contenders_gets_it_and_the_other_is_told_who(host: LocalTransport) -> None:
    async def race() -> list[Lease | LeaseHeld]:
        async def one(run: str) -> Lease | LeaseHeld:
            try:
                return await taken(host, run)
            except LeaseHeld as held:
                return held

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(f"run{n}")) for n in range(5)]
        return [task.result() for task in tasks]

    results = asyncio.run(race())
    (winner,) = [result for result in results if isinstance(result, Lease)]
    losers = [result for result in results if isinstance(result, LeaseHeld)]
    assert len(losers) == 4
    told = dict(losers[0].diagnostics[0].fields)
    assert (losers[0].diagnostics[0].code, told["user"], told["at"], told["run"]) == (
        "lease-held",
        "wang",
        "laptop",
        winner.run,
    )


def test_every_take_raises_the_epoch(host: LocalTransport) -> None:
    async def run() -> list[int]:
        epochs: list[int] = []
        for name in ("a", "b", "b"):
            lease = await taken(host, name)
            epochs.append(lease.epoch)
            if name == "a":
                await release(host, lease)
        return epochs

    assert asyncio.run(run()) == [1, 2, 3]


def test_a_host_that_saw_a_higher_epoch_sets_the_floor(host: LocalTransport) -> None:
    assert asyncio.run(taken(host, "a", floor=41)).epoch == 42


def test_an_expired_lease_is_taken_over_and_its_holder_finds_out(host: LocalTransport) -> None:
    async def run() -> tuple[int, int, str]:
        old = await taken(host, "old")
        aged(host, TTL_S - 5)
        with pytest.raises(LeaseHeld):
            await taken(host, "new")
        aged(host, TTL_S)
        new = await taken(host, "new")
        stop = StopSignal()
        await keep(host, old, Term(), clock=VirtualClock(), stop=stop)
        return old.epoch, new.epoch, stop.why.code if stop.why else ""

    assert asyncio.run(run()) == (1, 2, "lease-lost")


def test_a_lease_of_an_earlier_boot_has_expired(host: LocalTransport) -> None:
    async def run() -> tuple[bool, int]:
        await taken(host, "old")
        aged(host, 0, boot="another-boot")
        holder = await read_lease(host, C)
        return holder is not None and holder.expired, (await taken(host, "new")).epoch

    assert asyncio.run(run()) == (True, 2)


@pytest.mark.parametrize("greeting", GREETINGS)
def test_what_a_login_prints_is_no_part_of_it(host: LocalTransport, greeting: str) -> None:
    noisy = Greeting(host, greeting)

    async def run() -> tuple[int, str, list[str]]:
        lease = await take(noisy, C, run="a", user="wang", source="laptop")
        held = await read_lease(noisy, C)
        await raise_fences(noisy, ["10.0.0.2"], 7)
        behind = await raise_fences(noisy, ["10.0.0.2"], 6)
        return lease.epoch, held.run if held else "", [told.code for told in behind]

    assert asyncio.run(run()) == (1, "a", ["lease-overtaken"])


def test_reading_writes_nothing(host: LocalTransport) -> None:
    assert asyncio.run(read_lease(host, C)) is None
    assert not host.state(C).exists()


def test_a_broken_lease_names_who_had_it_and_stops_them(host: LocalTransport) -> None:
    async def run() -> tuple[str, bool, str]:
        lease = await taken(host, "a")
        broken = await break_lease(host, C)
        stop = StopSignal()
        await keep(host, lease, Term(), clock=VirtualClock(), stop=stop)
        return broken.user if broken else "", stop.asked, stop.why.code if stop.why else ""

    assert asyncio.run(run()) == ("wang", True, "lease-lost")
    assert asyncio.run(break_lease(host, C)) is None


def test_releasing_what_another_holds_leaves_it(host: LocalTransport) -> None:
    async def run() -> str:
        lease = await taken(host, "a")
        await release(host, Lease(controller=C, run="b", epoch=1))
        holder = await read_lease(host, C)
        assert holder is not None
        await release(host, lease)
        assert await read_lease(host, C) is None
        return holder.run

    assert asyncio.run(run()) == "a"


def test_a_lease_that_cannot_be_renewed_in_time_is_presumed_lost(host: LocalTransport) -> None:
    clock, stop = VirtualClock(), StopSignal()

    async def run() -> None:
        lease = await taken(host, "a")
        host.faults = dict.fromkeys(range(1, 1000), "refused")
        await keep(host, lease, Term(), clock=clock, stop=stop)

    asyncio.run(run())
    assert stop.why is not None
    assert stop.why.code == "lease-not-renewed"
    assert clock.elapsed < TTL_S


def test_an_answer_that_did_not_come_is_trouble(host: LocalTransport) -> None:
    host.faults = {0: "lost"}
    with pytest.raises(LeaseError):
        asyncio.run(taken(host, "a"))
    assert asyncio.run(taken(host, "a")).epoch == 2


def test_names_are_one_word_each(host: LocalTransport) -> None:
    async def run() -> str:
        await take(host, C, run="a", user="wang xiao\nming", source="")
        holder = await read_lease(host, C)
        return f"{holder.user} {holder.source}" if holder else ""

    assert asyncio.run(run()) == "wang_xiao_ming -"
