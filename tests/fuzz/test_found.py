"""What the fuzz found, each kept as a row: it ended a command with a traceback once."""

from pathlib import Path

import pytest

from tests.fuzz.readers import CONFIG, JOB, LEASE, READERS

DEEP = b"[" * 20_000
LONG = b"9" * 5_000
FOUND = {
    "an-epoch-of-no-decimal-digit": ("lease, taken", LEASE.replace(b" 3 ", " ² ".encode())),
    "an-epoch-too-long-for-int": ("lease, read", LEASE.replace(b"taken", b"read").replace(b" 3 ", b" %s " % LONG)),
    "an-age-too-long-for-int": ("lease, broken", LEASE.replace(b"taken", b"ended").replace(b" 5 ", b" %s " % LONG)),
    "a-fence-too-high-for-int": ("fence", b"bkrec-says fence stale %s\n" % LONG),
    "a-log-that-is-no-base64": ("job, followed", f"bkrec-log {JOB} running 12 aGVsb .\n".encode()),
    "a-log-with-a-spoilt-byte": ("job, followed", f"bkrec-log {JOB} running 12 aGV".encode() + b"\xffbG8= .\n"),
    "a-log-too-long-for-int": ("job, followed", f"bkrec-log {JOB} running ".encode() + LONG + b" aGVsbG8= .\n"),
    "an-exit-of-no-number": ("job, followed", f"bkrec-log {JOB} exited:² 0  .\n".encode()),
    "a-frame-that-ends-with-no-int": ("frame", b"c0ffee 0 begin\n\nc0ffee 0 end %s\n" % LONG),
    "a-home-in-two-lines": ("survey, described", b"found\n/data/bkce\n/data/x\n\n---\n" + CONFIG),
    "a-home-with-a-command-in-it": ("survey, described", b"found\n/data/$(id)\n\n---\n" + CONFIG),
    "a-journal-line-of-brackets": ("journal", DEEP + b"\n"),
    "a-cluster-file-of-brackets": ("cluster.toml", b"name = " + DEEP),
    "a-cluster-file-with-an-endless-number": ("cluster.toml", b"port = " + LONG),
}


@pytest.mark.parametrize("name", FOUND)
def test_what_once_broke_a_reader_is_read_or_refused(name: str, tmp_path: Path) -> None:
    which, data = FOUND[name]
    reader = READERS[which]
    try:
        reader.read(data, tmp_path)
    except reader.refuses:
        return
