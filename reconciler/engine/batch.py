"""Batch: many scripts composed into one program, and its output split again. Pure: `gather.py`
sends and receives.

Each script's output stands between a begin and an end line that carry a nonce made for this run, on stdout and on
stderr alike. So a greeting printed by a login shell is outside every frame, a script that prints something like a
frame does not know the nonce, and an answer that broke off lacks end lines: what was complete before that still counts.
Nothing is written on the host, and the program travels on stdin, because a command line ends at 128 KiB.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from probes.command import Command, Output


@dataclass(frozen=True, slots=True, kw_only=True)
class Truncated:
    """The section's end line did not arrive, nor perhaps its beginning."""

    begun: bool


def compose(commands: Sequence[Command], nonce: str) -> Command:
    """The program as one Command; its deadline is the sum of the sections', since they run one after the other."""
    program = "".join(_section(index, command, nonce) for index, command in enumerate(commands))
    deadline = 15.0 + sum(command.timeout_s for command in commands)
    return Command(script='eval "$(cat)"', stdin=program, timeout_s=deadline)


def _section(index: int, command: Command, nonce: str) -> str:
    mark = f"{nonce} {index}"
    begin = f"printf '%s begin\\n' '{mark}'; printf '%s begin\\n' '{mark}' >&2\n"
    end = f"rc=$?; printf '\\n%s end %d\\n' '{mark}' $rc; printf '\\n%s end %d\\n' '{mark}' $rc >&2\n"
    return begin + command.section() + "\n" + end


def split_output(answer: Output, nonce: str, count: int) -> tuple[Output | Truncated, ...]:
    """One entry per section, in order."""
    stdout_sections = _sections(answer.stdout, nonce)
    stderr_sections = _sections(answer.stderr, nonce)
    return tuple(
        _section_output(index, answer.stdout, stdout_sections, stderr_sections, nonce) for index in range(count)
    )


def last_words_unrun(answer: Output, nonce: str) -> str | None:
    """What the host said instead of running the program: a login shell that is nologin, a forced command, an expired
    password, a sudo that will not. None where it ran, or where the connection was lost."""
    if answer.exit_status is None or f"{nonce} " in answer.stdout:
        return None
    texts = (answer.stderr, answer.stdout)
    lines = [line.strip() for text in texts for line in reversed(text.splitlines()) if line.strip()]
    return lines[0][:200] if lines else f"exit status {answer.exit_status}, no output"


def last_match(pattern: str, text: str) -> re.Match[str] | None:
    """The last match, anywhere in its line: what a start-up file prints, even the same text, comes before it."""
    *_, last = (None, *re.finditer(pattern, text, re.MULTILINE))
    return last


def last_match_after(prefix: str, pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The last place where `pattern` matches right behind this text, anywhere in its line. The text is often a job's
    name: within the pattern it would be a new one each time, and to compile one takes longer than all the rest."""
    at = text.rfind(prefix)
    while at >= 0:
        match = pattern.match(text, at + len(prefix))
        if match is not None:
            return match
        at = text.rfind(prefix, 0, at + len(prefix) - 1)
    return None


_LINE = re.compile(r"(.*)$", re.MULTILINE)


def reply_to(request: str, text: str) -> str:
    """A job script's reply to this request (`say` in jobs/scripts.py); "" for none."""
    match = last_match_after(f"bkrec-says {request} ", _LINE, text)
    return match[1].strip() if match is not None else ""


def _section_output(
    index: int,
    stdout: str,
    stdout_sections: Mapping[int, tuple[str, int]],
    stderr_sections: Mapping[int, tuple[str, int]],
    nonce: str,
) -> Output | Truncated:
    if index not in stdout_sections:
        return Truncated(begun=f"{nonce} {index} begin\n" in stdout)
    text, status = stdout_sections[index]
    stderr, _ = stderr_sections.get(index, ("", 0))
    return Output(stdout=text, stderr=stderr, exit_status=status)


_BEGIN = re.compile(r"([0-9]{1,6}) begin\n")
_END = re.compile(r"([0-9]{1,6})\n")


def _sections(text: str, nonce: str) -> dict[int, tuple[str, int]]:
    sections: dict[int, tuple[str, int]] = {}
    mark = f"{nonce} "
    at = text.find(mark)
    while at >= 0:
        after = at + 1
        begin = _BEGIN.match(text, at + len(mark))
        if begin is not None:
            end = _end_of(text, f"\n{mark}{begin[1]} end ", begin.end())
            if end is not None:
                sections[int(begin[1])] = (text[begin.end() : end[0]], end[1])
                after = end[2]
        at = text.find(mark, after)
    return sections


def _end_of(text: str, mark: str, begin: int) -> tuple[int, int, int] | None:
    """Where the content ends, the exit status, and where the end line ends."""
    at = text.find(mark, begin)
    while at >= 0:
        status = _END.match(text, at + len(mark))
        if status is not None:
            return at, int(status[1]), status.end()
        at = text.find(mark, at + 1)
    return None
