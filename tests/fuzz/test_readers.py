"""No bytes, from a host or a person, end in an exception that nobody declared.

pytest -m campaign -s tests/fuzz        # the long one; prints the bytes fuzzed per parser: docs/campaign.md
"""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from tests.fuzz.noise import noise
from tests.fuzz.readers import READERS, Reader

QUICK = 60
LONG = 2_000
CALM = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]


def feed(name: str, directory: Path, examples: int, *, derandomize: bool) -> int:
    """Returns how many bytes it was fed."""
    reader, fed = READERS[name], Counter[str]()

    @settings(max_examples=examples, deadline=None, derandomize=derandomize, database=None, suppress_health_check=CALM)
    @given(data=noise(reader.seeds))
    def once(data: bytes) -> None:
        fed[name] += len(data)
        _read(reader, data, directory)

    once()
    return fed[name]


def _read(reader: Reader, data: bytes, directory: Path) -> None:
    try:
        reader.read(data, directory)
    except reader.refuses:
        return


@pytest.mark.parametrize("name", READERS)
def test_an_honest_answer_is_read(name: str, tmp_path: Path) -> None:
    """Else the noise below would be made of nothing."""
    for seed in READERS[name].seeds:
        READERS[name].read(seed, tmp_path)


@pytest.mark.parametrize("name", READERS)
def test_noise_is_read_or_refused_as_declared(name: str, tmp_path: Path) -> None:
    feed(name, tmp_path, QUICK, derandomize=True)


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("name", READERS)
def test_noise_for_long_is_read_or_refused_as_declared(name: str, tmp_path: Path) -> None:
    fed = feed(name, tmp_path, LONG, derandomize=False)
    print(f"\n{name:40} {LONG:>8} examples {fed:>14,} bytes")
