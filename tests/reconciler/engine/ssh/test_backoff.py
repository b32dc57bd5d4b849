"""A silent host is asked again after as long as it had kept us waiting, and one that answers, at once."""

import pytest

from reconciler.engine.ssh.backoff import HostBackoff
from reconciler.engine.transport import TransportError
from specs.diagnostic import diagnose

DEAD = TransportError(diagnose("host-unreachable", where="10.0.0.3", error="no answer in 10 s"))


def silence(error: TransportError, *, waited_s: float) -> HostBackoff:
    """Given up at second 100."""
    kept = HostBackoff(fast_failure_s=2.0)
    kept.note(error, since=100.0 - waited_s, now=100.0)
    return kept


def test_a_host_never_asked_is_asked() -> None:
    assert HostBackoff(fast_failure_s=2.0).cached_error(0.0) is None


def test_its_silence_is_told_again_for_as_long_as_it_took() -> None:
    error = silence(DEAD, waited_s=10.0).cached_error(109.9)
    assert error is not None
    assert error.diagnostic == DEAD.diagnostic


def test_then_it_is_asked_again() -> None:
    assert silence(DEAD, waited_s=10.0).cached_error(110.0) is None


@pytest.mark.parametrize("code", ["login-refused", "host-key-changed", "ssh-setup"])
def test_a_late_no_is_an_answer(code: str) -> None:
    assert silence(TransportError(diagnose(code, where="10.0.0.3")), waited_s=10.0).cached_error(100.0) is None


def test_a_prompt_no_is_not_remembered() -> None:
    """sshd is being restarted, say: a moment later it listens again."""
    assert silence(DEAD, waited_s=1.9).cached_error(100.0) is None


def test_each_telling_is_an_exception_of_its_own() -> None:
    kept = silence(DEAD, waited_s=10.0)
    assert kept.cached_error(100.0) is not kept.cached_error(100.0)
