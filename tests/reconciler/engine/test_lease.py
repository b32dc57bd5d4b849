"""The lease, on a real sh: one holder, whose age no clock step changes, and an epoch that only rises."""

import asyncio
import fcntl
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString

import pytest

from probes.command import Command, Output
from probes.job import PROBE, STATE_ROOT, HostUptime
from reconciler.core.events import LeaseContended
from reconciler.core.verdict import ExitCode, exit_code
from reconciler.engine import lease as lease_module
from reconciler.engine.clock import wall_ahead_s
from reconciler.engine.jobs.scripts import LAUNCH, RUNNER
from reconciler.engine.lease import (
    CLOCK_JUMP_S,
    RENEW_DEADLINE_S,
    RENEW_INTERVAL_S,
    START_MARGIN_S,
    TTL_S,
    Lease,
    LeaseError,
    LeaseHeld,
    LeaseHolder,
    LeaseValidity,
    acquire,
    force_release,
    publish_epoch,
    read_lease,
    release,
    renew_until_cancelled,
    try_acquire,
)
from reconciler.engine.stop import StopRequest
from reconciler.engine.transport import Transport
from specs.diagnostic import diagnose
from tests.support.local import BOOT, Greeting, LocalTransport, soon
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
    return await try_acquire(host, C, run=run, user="wang", source="laptop", floor=floor)


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
    assert exit_code(losers[0].ends_as) == ExitCode.REFUSED
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
                await release(host, lease, now=0.0)
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
        stop = StopRequest()
        await renew_until_cancelled(host, old, clock=VirtualClock(), stop=stop)
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
        lease = await try_acquire(noisy, C, run="a", user="wang", source="laptop")
        holder = await read_lease(noisy, C)
        await publish_epoch(noisy, ["10.0.0.2"], 7)
        behind = await publish_epoch(noisy, ["10.0.0.2"], 6)
        return lease.epoch, holder.run if holder else "", [diagnostic.code for diagnostic in behind]

    assert asyncio.run(run()) == (1, "a", ["lease-superseded"])


def test_reading_writes_nothing(host: LocalTransport) -> None:
    assert asyncio.run(read_lease(host, C)) is None
    assert not host.state(C).exists()


def test_a_broken_lease_names_who_had_it_and_stops_them(host: LocalTransport) -> None:
    async def run() -> tuple[str, bool, str]:
        lease = await taken(host, "a")
        broken = await force_release(host, C)
        stop = StopRequest()
        await renew_until_cancelled(host, lease, clock=VirtualClock(), stop=stop)
        return broken.user if broken else "", stop.requested, stop.why.code if stop.why else ""

    assert asyncio.run(run()) == ("wang", True, "lease-lost")


def test_a_broken_lease_is_nobodys_and_free_no_sooner_than_it_would_have_expired(host: LocalTransport) -> None:
    """Its holder may be alive, and starts things until it is told: a minute is what every other rule counts on."""

    async def run() -> tuple[list[tuple[str, bool]], int]:
        lease = await taken(host, "a")
        readings: list[tuple[str, bool]] = []
        for _ in range(2):
            await force_release(host, C)
            await release(host, lease, now=0.0)
            aged(host, TTL_S // 2 - 5)
            with pytest.raises(LeaseHeld) as held:
                await taken(host, "b")
            assert held.value.holder is not None
            readings.append((held.value.holder.run, held.value.holder.broken))
        aged(host, 10)
        return readings, (await taken(host, "b")).epoch

    assert asyncio.run(run()) == ([("a", True), ("a", True)], 2)


def test_breaking_what_nobody_holds_or_has_expired_leaves_nothing(host: LocalTransport) -> None:
    async def run() -> bool:
        assert await force_release(host, C) is None
        assert not (host.state(C) / "lease").exists()
        await taken(host, "a")
        aged(host, TTL_S)
        await force_release(host, C)
        return (host.state(C) / "lease").exists()

    assert asyncio.run(run()) is False


def test_a_lease_has_expired_in_the_very_second() -> None:
    ages = (TTL_S - 1, TTL_S)
    holders = [LeaseHolder(run="a", epoch=1, age_s=age_s, user="wang", source="laptop") for age_s in ages]
    assert [holder.expired for holder in holders] == [False, True]


def test_a_lease_from_the_future_is_held(host: LocalTransport) -> None:
    """A clock that was turned back within one boot says nothing about who is at work."""

    async def run() -> int:
        await taken(host, "a")
        aged(host, -10_000)
        with pytest.raises(LeaseHeld) as held:
            await taken(host, "b")
        return held.value.holder.age_s if held.value.holder else -1

    assert asyncio.run(run()) == 0


def test_a_container_that_was_started_anew_turns_no_lease_back(host: LocalTransport) -> None:
    """lxcfs tells the container's own uptime beside the kernel's boot id; only the kernel's clock goes with that."""
    for script in (*(value for name, value in vars(lease_module).items() if name.endswith("_SCRIPT")), LAUNCH, RUNNER):
        assert "/proc/uptime" not in script
    assert "/proc/uptime" not in PROBE.command([HostUptime(host=C)]).script


def test_a_clock_that_stood_still_while_the_wall_went_on_ends_the_term_until_it_is_renewed() -> None:
    """The whole machine was stopped for a minute, and then set right."""
    validity = LeaseValidity(renewed_at=100.0, wall_ahead=1_000.0)
    assert validity.remaining_s(110.0, wall_ahead=1_000.0) == TTL_S - START_MARGIN_S - 10.0
    assert validity.remaining_s(110.0, wall_ahead=1_000.0 + TTL_S) == 0.0
    assert validity.remaining_s(110.0, wall_ahead=1_000.0 - 3_600.0) > 0.0, "a wall set back hides no time"


def test_nothing_begins_under_a_lease_that_was_never_renewed_and_little_clocks_differ_by_ends_none() -> None:
    assert LeaseValidity().remaining_s(5.0) == 0.0
    whole = TTL_S - START_MARGIN_S
    assert LeaseValidity(renewed_at=100.0).remaining_s(100.0) == whole
    assert LeaseValidity(renewed_at=100.0).remaining_s(100.0, wall_ahead=CLOCK_JUMP_S) == whole


def test_of_each_job_the_last_launch_that_nobody_answered_is_waited_for() -> None:
    validity = LeaseValidity()
    assert validity.launch_sent("a.1", until=35.0) is None
    assert validity.launch_sent("b.1", until=20.0) is None
    assert validity.launch_sent("a.1", until=50.0) == 35.0
    assert [validity.launch_pending(now) for now in (49.0, 50.0)] == [True, False]
    validity.launch_answered("a.1", 35.0)
    assert [validity.launch_pending(now) for now in (34.0, 35.0)] == [True, False]
    validity.launch_answered("a.1", None)
    assert [validity.launch_pending(now) for now in (19.0, 20.0)] == [True, False]


class Stopping(VirtualClock):
    """Its wall gets ahead of its steady time when the machine stands still."""

    stood_s = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.stood_s)


def test_after_a_standstill_nothing_is_started_until_the_controller_has_renewed(host: LocalTransport) -> None:
    clock, stop, readings = Stopping(), StopRequest(), list[bool]()

    async def run() -> None:
        lease = await taken(host, "a")

        def note() -> None:
            may_start = lease.validity.remaining_s(clock.steady(), wall_ahead=wall_ahead_s(clock)) > 0
            readings.append(may_start)

        def stand() -> None:
            note()
            clock.stood_s = 300.0
            note()
            clock.later = [(clock.elapsed + RENEW_INTERVAL_S, again)]

        def again() -> None:
            note()
            stop.immediate.set()

        clock.later = [(RENEW_INTERVAL_S / 2, stand)]
        async with asyncio.TaskGroup() as group:
            task = group.create_task(renew_until_cancelled(host, lease, clock=clock, stop=stop))
            await stop.immediate.wait()
            task.cancel()

    asyncio.run(run())
    assert readings == [True, False, True]


def test_releasing_what_another_holds_leaves_it(host: LocalTransport) -> None:
    async def run() -> str:
        lease = await taken(host, "a")
        await release(host, Lease(controller=C, run="b", epoch=1), now=0.0)
        holder = await read_lease(host, C)
        assert holder is not None
        await release(host, lease, now=0.0)
        assert await read_lease(host, C) is None
        return holder.run

    assert asyncio.run(run()) == "a"


def test_a_lease_is_left_to_expire_while_a_launch_may_still_begin(host: LocalTransport) -> None:
    async def run() -> list[bool]:
        lease = await taken(host, "a")
        lease.validity.unconfirmed |= {"a-step.1": 35.0, "another.1": 20.0}
        held: list[bool] = []
        for now in (0.0, 34.9, 35.0):
            await release(host, lease, now=now)
            held.append(await read_lease(host, C) is not None)
        return held

    assert asyncio.run(run()) == [True, True, False]


def test_a_lease_that_cannot_be_renewed_in_time_is_presumed_lost(host: LocalTransport) -> None:
    clock, stop = VirtualClock(elapsed=1_000.0), StopRequest()

    async def run() -> None:
        lease = await taken(host, "a")
        host.faults = dict.fromkeys(range(1, 1000), "refused")
        await renew_until_cancelled(host, lease, clock=clock, stop=stop)

    asyncio.run(run())
    assert stop.why is not None
    assert stop.why.code == "lease-not-renewed"
    assert RENEW_DEADLINE_S < clock.elapsed - 1_000.0 < TTL_S


def test_an_answer_that_did_not_come_is_trouble(host: LocalTransport) -> None:
    host.faults = {0: "lost"}
    with pytest.raises(LeaseError):
        asyncio.run(taken(host, "a"))
    assert asyncio.run(taken(host, "a")).epoch == 2


class Canned:
    """Whatever it is asked."""

    def __init__(self, answer: str) -> None:
        self.answer = answer

    async def run(self, host: str, command: Command) -> Output:
        return Output(stdout=self.answer + "\n", exit_status=0)

    async def close(self) -> None:
        """Nothing is kept open."""


MINE, NOBODY = "a 1 3 wang laptop .", "none - -1 - - ."


@pytest.mark.parametrize(
    ("call", "reply"),
    [
        *[("acquire", f"{verb} {MINE}") for verb in ("lost", "read", "renewed")],
        *[("acquire", f"{verb} {NOBODY}") for verb in ("held", "taken")],
        *[("read", f"held {holder}") for holder in (MINE, NOBODY)],
        *[("break", f"read {holder}") for holder in (MINE, NOBODY)],
    ],
)
def test_an_answer_to_another_question_grants_nothing_and_names_nobody(call: str, reply: str) -> None:
    transport: Transport = Canned(f"bkrec-lease {reply}")

    async def run() -> object:
        match call:
            case "acquire":
                return await try_acquire(transport, C, run="a", user="wang", source="laptop")
            case "read":
                return await read_lease(transport, C)
            case _:
                return await force_release(transport, C)

    with pytest.raises(LeaseError) as raised:
        asyncio.run(run())
    assert raised.value.diagnostics == (diagnose("lease-failed", where=C, error=f"bkrec-lease {reply}"),)


def test_who_waits_for_a_lease_is_told_once_whose_it_is(host: LocalTransport) -> None:
    clock, events = VirtualClock(), list[LeaseContended]()

    async def run() -> int:
        await taken(host, "old")
        aged(host, TTL_S // 2)
        clock.later = [(0.0, lambda: aged(host, int(RENEW_INTERVAL_S) + 2))]
        lease = await acquire(
            host,
            C,
            run="new",
            user="li",
            source="desk",
            floor=7,
            clock=clock,
            stop=StopRequest(),
            emit=events.append,
        )
        return lease.epoch

    assert asyncio.run(run()) == 8
    (event,) = events
    assert (event.user, event.source, event.age_s - TTL_S // 2 in range(5)) == ("wang", "laptop", True)


def test_names_are_one_word_each(host: LocalTransport) -> None:
    async def run() -> str:
        await try_acquire(host, C, run="a", user="wang xiao\nming", source="")
        holder = await read_lease(host, C)
        return f"{holder.user} {holder.source}" if holder else ""

    assert asyncio.run(run()) == "wang_xiao_ming -"


def record(host: LocalTransport) -> list[str]:
    return (host.state(C) / "lease").read_text().split()


async def reply(host: LocalTransport, script: LiteralString, *args: str) -> str:
    return (await host.run(C, Command(script=script, args=(STATE_ROOT, *args)))).stdout


async def renewed_once(host: LocalTransport, lease: Lease) -> None:
    clock, stop = VirtualClock(), StopRequest()
    clock.later = [(0.0, stop.immediate.set)]
    async with asyncio.TaskGroup() as group:
        task = group.create_task(renew_until_cancelled(host, lease, clock=clock, stop=stop))
        await stop.immediate.wait()
        task.cancel()


def test_a_renewal_makes_a_lease_young_again_and_changes_nothing_else(host: LocalTransport) -> None:
    async def run() -> tuple[int, int]:
        lease = await taken(host, "a", floor=7)
        before = record(host)
        aged(host, TTL_S - 1)
        old = await read_lease(host, C)
        await renewed_once(host, lease)
        assert 0 < host.calls[-1][1].timeout_s <= RENEW_INTERVAL_S, "given up before the next is due"
        after = record(host)
        assert (after[:2], after[3:]) == (before[:2], before[3:])
        assert int(before[2]) <= int(after[2]) <= int(before[2]) + 5
        young = await read_lease(host, C)
        assert old is not None
        assert young is not None
        return old.age_s, young.age_s

    old, young = asyncio.run(run())
    assert TTL_S - 1 <= old < TTL_S + 4
    assert young < 5


def test_a_lease_says_who_holds_it_from_where_since_which_boot_and_when(host: LocalTransport) -> None:
    boot = BOOT.read_text(encoding="ascii").strip()
    now = soon(0.0).uptime_s
    asyncio.run(taken(host, "a", floor=7))
    run, since, when, user, source = record(host)
    assert (run, since, user, source) == ("a", f"{boot}/8", "wang", "laptop")
    assert abs(int(when) - now) < 10
    assert (host.state(C) / "epoch").read_text() == "8\n"


def test_each_script_answers_with_one_line_of_the_same_words(host: LocalTransport) -> None:
    async def run() -> list[str]:
        return [
            await reply(host, lease_module.READ_SCRIPT),
            await reply(host, lease_module.ACQUIRE_SCRIPT, "a", "wang", "laptop", "60", "0"),
            await reply(host, lease_module.RENEW_SCRIPT, "a"),
            await reply(host, lease_module.RENEW_SCRIPT, "b"),
            await reply(host, lease_module.RELEASE_SCRIPT, "b"),
            await reply(host, lease_module.RELEASE_SCRIPT, "a"),
            await reply(host, lease_module.FORCE_RELEASE_SCRIPT, "60"),
            await reply(host, lease_module.RENEW_SCRIPT, "a"),
        ]

    lines = [re.sub(r" [0-4] wang", " now wang", line) for line in asyncio.run(run())]
    mine, nobody = "a 1 now wang laptop .\n", "none - -1 - - .\n"
    verbs = ("taken", "renewed", "lost", "ended", "ended")
    assert lines[0] == f"bkrec-lease read {nobody}"
    assert lines[1:6] == [f"bkrec-lease {verb} {mine}" for verb in verbs]
    assert lines[6:] == [f"bkrec-lease ended {nobody}", f"bkrec-lease lost {nobody}"]


def test_a_lease_is_free_in_the_very_second_in_which_it_expires(host: LocalTransport) -> None:
    """And held in the one before. The scripts are told how long it lasts: here, up to its own age."""

    async def run() -> tuple[str, str]:
        await taken(host, "a")
        aged(host, 1000)
        age = int((await reply(host, lease_module.READ_SCRIPT)).split()[4])
        held = await reply(host, lease_module.ACQUIRE_SCRIPT, "b", "li", "desk", str(age + 5), "0")
        return held.split()[1], (
            await reply(host, _at_age(lease_module.ACQUIRE_SCRIPT, age), *_contender(age))
        ).split()[1]

    assert asyncio.run(run()) == ("held", "taken")


def _contender(age: int) -> tuple[str, ...]:
    return "b", "li", "desk", str(age), "0"


def _at_age(script: LiteralString, age: int) -> Any:
    """The script as it runs in a second in which the lease has this age."""
    changed = script.replace("age=$((now - when))", f"age={age}")
    assert changed != script
    return changed


@pytest.mark.parametrize(("ttl", "there"), [(1000, False), (1001, True)], ids=["expired", "not-yet"])
def test_force_release_takes_away_what_has_expired_and_marks_what_has_not(
    host: LocalTransport, ttl: int, *, there: bool
) -> None:
    async def run() -> bool:
        await taken(host, "a")
        before = record(host)
        await reply(host, _at_age(lease_module.FORCE_RELEASE_SCRIPT, 1000), str(ttl))
        path = host.state(C) / "lease"
        if path.exists():
            assert record(host) == ["a!broken", *before[1:]]
        return path.exists()

    assert asyncio.run(run()) is there


def test_a_lease_taken_again_by_its_own_run_is_given_under_a_new_epoch(host: LocalTransport) -> None:
    async def run() -> int:
        await taken(host, "a")
        return (await taken(host, "a")).epoch

    assert asyncio.run(run()) == 2


def test_a_line_that_says_no_time_is_one_that_has_expired(host: LocalTransport) -> None:
    """Written by nobody: a disk that failed. It holds nobody up."""

    async def run(when: str) -> tuple[int, int]:
        await taken(host, "a")
        path = host.state(C) / "lease"
        words = record(host)
        path.write_text(" ".join((*words[:2], when, *words[3:])) + "\n")
        holder = await read_lease(host, C)
        return (holder.age_s if holder is not None else -1), (await taken(host, "b")).epoch

    age, epoch = asyncio.run(run("12x"))
    assert abs(age - soon(0.0).uptime_s) < 10
    assert epoch == 2


@pytest.mark.parametrize(
    ("directory", "call", "said"),
    [
        ("epoch.new", "acquire", "unwritable epoch"),
        ("lease.new", "acquire", "unwritable lease"),
        ("lease.new", "renew", "unwritable lease"),
        ("lease.new", "break", "unwritable lease"),
        ("lock", "acquire", "unwritable"),
    ],
)
def test_a_controller_that_cannot_write_says_so_and_grants_nothing(
    host: LocalTransport, directory: str, call: str, said: str
) -> None:
    async def run() -> str:
        if call != "acquire":
            await taken(host, "a")
        before = record(host) if call != "acquire" else []
        (host.state(C) / "jobs").mkdir(parents=True, exist_ok=True)
        (host.state(C) / directory).mkdir()
        match call:
            case "acquire":
                with pytest.raises(LeaseError) as raised:
                    await taken(host, "b")
                answer = dict(raised.value.diagnostics[0].fields)["error"]
            case "renew":
                answer = await reply(host, lease_module.RENEW_SCRIPT, "a")
            case _:
                answer = await reply(host, lease_module.FORCE_RELEASE_SCRIPT, "60")
        assert (record(host) if (host.state(C) / "lease").exists() else []) == before
        return answer.strip()

    assert asyncio.run(run()) == f"bkrec-says lease {said}"


def test_a_controller_whose_lock_somebody_keeps_is_busy(host: LocalTransport) -> None:
    """Twenty seconds are waited for it; here none."""
    lock = host.state(C) / "lock"
    lock.parent.mkdir(parents=True)
    with lock.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        impatient: Any = lease_module.ACQUIRE_SCRIPT.replace("flock -w 20 9", "flock -w 0 9")
        assert impatient != lease_module.ACQUIRE_SCRIPT
        answer = asyncio.run(reply(host, impatient, "a", "wang", "laptop", "60", "0"))
    assert answer == "bkrec-says lease busy\n"
    assert not (host.state(C) / "lease").exists()


def test_an_epoch_that_is_no_number_grants_nothing(host: LocalTransport) -> None:
    host.state(C).mkdir(parents=True)
    for text in ("", "x\n", "1 2\n"):
        (host.state(C) / "epoch").write_text(text)
        with pytest.raises(LeaseError) as raised:
            asyncio.run(taken(host, "a"))
        assert dict(raised.value.diagnostics[0].fields)["error"] == "bkrec-says lease unwritable epoch"
        assert not (host.state(C) / "lease").exists()
