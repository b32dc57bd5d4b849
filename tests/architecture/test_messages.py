"""Every message is held to docs/messages.md: its words, its form, its lengths; and codes and messages to each other.

The page is the rule: its lists, lengths and terms are read from it. One test per rule over all messages, which names
every offender; and beside it a message that breaks the rule, which has to be caught.
"""

import ast
import importlib
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, cast

import pytest
import typer

from reconciler.cli.app import app
from reconciler.view import describe
from reconciler.view.messages.actions import ACTIONS
from reconciler.view.messages.facts import FACTS, STATES, VALUES
from reconciler.view.messages.registry import diagnostics, fill, reasons
from reconciler.view.messages.ui import LABELS
from specs.text import LocalizedText
from tests.architecture.tree import ROOT, Source, calls, sources, strings
from tests.sim.worlds import World, guide_cluster, study

PAGE = (ROOT / "docs" / "messages.md").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    name: str
    part: str
    """reason, what, why, hint, fact, action, label; state (a value of a fact), help (of the command line), release (of
    the TOML files)."""
    en: str
    zh: str


def _message(name: str, part: str, text: LocalizedText) -> Message:
    return Message(name=name, part=part, en=text.en, zh=text.zh)


def _from_tables() -> Iterator[Message]:
    for code, text in reasons().items():
        yield _message(code, "reason", text)
    for code, parts in diagnostics().items():
        yield _message(code, "what", parts.what)
        yield _message(code, "why", parts.why)
        yield _message(code, "hint", parts.hint)
    for part, table in (("fact", FACTS), ("action", ACTIONS), ("label", LABELS)):
        yield from (_message(name, part, text) for name, text in table.items())
    yield from (_message(kind, "state", text) for kind, words in STATES.items() for text in words)
    yield from (_message(f"{kind} {value}", "state", t) for kind, v in VALUES.items() for value, t in v.items())


def _from_help() -> Iterator[Message]:
    """`localized("…", "…")`: helps and usage errors."""
    for source in sources("reconciler/cli", "reconciler/commands"):
        for call in calls(source, "localized"):
            match call.args:
                case [ast.Constant(value=str() as en), ast.Constant(value=str() as zh)]:
                    yield Message(name=f"{source.name}:{call.lineno}", part="help", en=en, zh=zh)
                case _:
                    continue


def _from_release() -> Iterator[Message]:
    for file in sorted((ROOT / "specs" / "releases").rglob("*.toml")):
        yield from _localized(tomllib.loads(file.read_text(encoding="utf-8")), file)


def _localized(node: object, file: Path) -> Iterator[Message]:
    match node:
        case {"en": str() as en, "zh": str() as zh}:
            yield Message(name=f"{file.name}: {en[:40]}", part="release", en=en, zh=zh)
        case dict():
            for value in cast(dict[str, object], node).values():
                yield from _localized(value, file)
        case list():
            for value in cast(list[object], node):
                yield from _localized(value, file)
        case _:
            return


@cache
def messages() -> tuple[Message, ...]:
    return (*_from_tables(), *_from_help(), *_from_release())


# ---- what the page says


def _table(title: str) -> list[list[str]]:
    """The rows of the first table below a heading that begins so, without its head."""
    body = PAGE.split(f"\n{title}", 1)[1].split("\n## ", 1)[0]
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in body.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows if not set("".join(row)) <= set("- ")][1:]


def _banned() -> tuple[re.Pattern[str], re.Pattern[str]]:
    rows = _table("## Words not used")
    cut = next(number for number, row in enumerate(rows) if row[0] == "不用")
    en = [word for row in rows[:cut] for word in re.sub(r"\(.*?\)", "", row[0]).split(",")]
    zh = [word for row in rows[cut + 1 :] for word in re.sub(r"（.*?）", "", row[0]).split("、")]
    english = "|".join(re.escape(word.strip()).replace("is\\ no", "is\\ no(?!\\ longer)") for word in en)
    chinese = "|".join("作业(?!平台)" if word == "作业" else re.escape(word) for word in zh)
    return re.compile(rf"\b(?:{english})\b", re.IGNORECASE), re.compile(chinese)


BANNED_EN, BANNED_ZH = _banned()
LENGTHS: Mapping[str, tuple[int, int]] = {row[0]: (int(row[1]), int(row[2])) for row in _table("### Length")}
TERMS: Mapping[str, str] = {row[0]: row[1] for row in _table("## Terms")}


NOT_FIELDS = {"where", "because", "source"}
"""What `diagnose` takes besides the fields of the code."""


# ---- the rules: what of a message is wrong


def _plain(text: str) -> str:
    """Without code and fields: a path may hold any word."""
    return re.sub(r"`[^`]*`|\{[^}]*\}", "_", text)


def _english(message: Message) -> Iterable[str]:
    return (found[0] for found in BANNED_EN.finditer(_plain(message.en)))


def _chinese(message: Message) -> Iterable[str]:
    return (found[0] for found in BANNED_ZH.finditer(_plain(message.zh)))


def _lengths(message: Message) -> Iterable[str]:
    most = LENGTHS.get(message.part)
    if most is not None and (len(message.en) > most[0] or len(message.zh) > most[1]):
        yield f"{len(message.en)} and {len(message.zh)} characters, at most {most}"


def _both_fields(message: Message) -> Iterable[str]:
    en, zh = _placeholders(message.en), _placeholders(message.zh)
    if en != zh:
        yield f"{sorted(en ^ zh)} in one language only"


def _own_fields(message: Message) -> Iterable[str]:
    """Where it is, why and by which source stand beside the text; they are no fields of it."""
    if message.part in ("what", "why", "hint"):
        yield from _placeholders(message.en) & NOT_FIELDS


def _both_commands(message: Message) -> Iterable[str]:
    en, zh = (sorted(set(re.findall(r"`(bkrec[^`]*)`", text))) for text in (message.en, message.zh))
    if message.part != "release" and en != zh:
        yield f"{en} is not {zh}"


@cache
def _commands() -> frozenset[str]:
    group = typer.main.get_command(app)
    return frozenset(getattr(group, "commands", {}))


def _known_commands(message: Message) -> Iterable[str]:
    """What a hint says to type exists."""
    for text in (message.en, message.zh):
        for words in re.findall(r"`bkrec ([a-z]+)", text):
            if words not in _commands():
                yield f"no command `{words}`"


IMPERATIVES = re.compile(
    "(acknowledge|add|allow|check|choose|compare|copy|correct|create|download|dump|fix|free|get|give|grant|install|list"
    "|move|place|read|redirect|remove|report|restore|retry|review|run|select|set|start|stop|try|upgrade|use|wait)\\b"
)
CONDITIONS = ("if ", "when ", "to ", "in the browser: ", "on {host}, ", "do not ", "no action is needed if ")


def _hint(message: Message) -> Iterable[str]:
    """A hint says what to do first: an imperative, a command, or the condition under which."""
    if message.part != "hint" or re.fullmatch(r"\{\w+\}", message.en):
        return
    if not message.en.startswith(("`", *CONDITIONS)) and not IMPERATIVES.match(message.en):
        yield f"does not begin with an imperative: {message.en[:30]}"
    if message.zh.startswith("请") and not message.zh.startswith("请反馈"):
        yield "begins with 请"


SENTENCES = ("reason", "what", "why", "hint")
HEADINGS = ("latent", "report-only", "waived")


def _form(message: Message) -> Iterable[str]:
    en, zh = message.en, message.zh
    if any(text != text.strip() for text in (en, zh)) and message.part != "label":
        yield "a blank at an end"
    if re.search(r"[!！]", _plain(en) + _plain(zh)):
        yield "an exclamation mark"
    if re.search(r"[，。；：？（）、]", _plain(en)):
        yield "Chinese punctuation in English"
    if re.search(r"[\u4e00-\u9fff][,;?!]", zh):
        yield "English punctuation in Chinese"
    if message.part in SENTENCES and re.search(r"[.。]$", en + "\n" + zh, re.MULTILINE):
        yield "a full stop at the end"
    if message.part in SENTENCES and message.name not in HEADINGS and re.match(r"[A-Z][a-z]+\b", en):
        yield f"begins with a capital: {en[:20]}"


def _spaced(message: Message) -> Iterable[str]:
    """Chinese and Latin letters or figures are set apart by a blank."""
    text = re.sub(r"`[^`]*`", "`x`", message.zh)
    for found in re.finditer(r"[\u4e00-\u9fff][A-Za-z0-9`]|[A-Za-z0-9`][\u4e00-\u9fff]", text):
        yield found[0]


def _blanks(message: Message) -> Iterable[str]:
    """etcd's archive brings no version: "distribute etcd  to 10.0.0.1". Whichever of its fields is empty."""
    names = sorted(_placeholders(message.en)) if message.part not in ("help", "release") else []
    for text in (message.en, message.zh):
        for empty in ((), *((name,) for name in names), tuple(names)):
            values = tuple((name, "" if name in empty else "x") for name in names)
            plain = re.sub(r"(\{\w+):[^}]*", r"\1", text)
            if "  " in fill(LocalizedText(en=plain, zh=plain), values, "en"):
                yield f"two blanks where {list(empty)} is empty"


def _kebab(message: Message) -> Iterable[str]:
    coded = message.part in (*SENTENCES, "label")
    if coded and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", message.name):
        yield "not kebab-case"


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


GOOD = Message(name="a-code", part="hint", en="run `bkrec apply`", zh="执行 `bkrec apply`")
RULES: tuple[tuple[str, Callable[[Message], Iterable[str]], Message], ...] = (
    ("no banned English word", _english, replace(GOOD, en="nobody is at work")),
    ("no banned Chinese word", _chinese, replace(GOOD, zh="作业平台的作业")),
    ("no longer than it may be", _lengths, replace(GOOD, part="what", en="long " * 30)),
    ("the same fields in both languages", _both_fields, replace(GOOD, en="run {command}")),
    ("no field that is shown beside it", _own_fields, replace(GOOD, en="run it on {where}")),
    ("the same commands in both languages", _both_commands, replace(GOOD, en="run `bkrec plan`")),
    ("only commands that exist", _known_commands, replace(GOOD, en="run `bkrec undone`")),
    ("a hint says what to do", _hint, replace(GOOD, en="the host must answer")),
    ("punctuation and capitals", _form, replace(GOOD, en="run it.")),
    ("Chinese and Latin set apart", _spaced, replace(GOOD, zh="执行bkrec")),
    ("no two blanks", _blanks, replace(GOOD, en="run {a} {b} it", zh="执行 {a} {b}  x")),
    ("a code is kebab-case", _kebab, replace(GOOD, name="aCode")),
)
NAMES = [name for name, _, _ in RULES]


@pytest.mark.parametrize("rule", [rule for _, rule, _ in RULES], ids=NAMES)
def test_every_message_keeps_the_rule(rule: Callable[[Message], Iterable[str]]) -> None:
    wrong = [f"{m.name} ({m.part}): {what}" for m in messages() for what in rule(m)]
    assert wrong == [], "\n" + "\n".join(wrong)


@pytest.mark.parametrize(("rule", "bad"), [(rule, bad) for _, rule, bad in RULES], ids=NAMES)
def test_a_message_that_breaks_the_rule_is_caught(rule: Callable[[Message], Iterable[str]], bad: Message) -> None:
    assert list(rule(GOOD)) == []
    assert list(rule(bad)) != []


def test_the_page_is_read() -> None:
    assert {"what", "why", "hint"} < set(LENGTHS)
    assert TERMS["preflight check"] == "前置检查"
    assert BANNED_EN.search("the entrance")
    assert BANNED_ZH.search("撤销")
    assert not BANNED_EN.search("it is no longer there")
    assert not BANNED_ZH.search("作业平台")


EVERYDAY = re.compile("action|cluster|expected|fact|job|module|plan|reason|release|run|step|unit|verify")
"""Terms that are everyday words too: a "run" that is a verb is not 运行."""


def _terms(message: Message) -> Iterable[str]:
    """A message that says it in English says it in Chinese by the page's word."""
    for term, chinese in TERMS.items():
        if EVERYDAY.fullmatch(term):
            continue
        if re.search(rf"\b{term}s?\b", _plain(message.en)) and chinese not in message.zh:
            yield f"{term} is {chinese}"


def test_a_term_is_translated_in_one_way() -> None:
    assert list(_terms(replace(GOOD, en="renew the lease", zh="续期租赁"))) == ["lease is 租约"]
    wrong = [f"{m.name} ({m.part}): {what}: {m.zh}" for m in messages() for what in _terms(m)]
    assert wrong == [], "\n" + "\n".join(wrong)


def test_no_term_is_banned() -> None:
    assert [term for term, zh in TERMS.items() if BANNED_EN.search(term) or BANNED_ZH.search(zh)] == []


# ---- codes and messages


@dataclass(frozen=True, slots=True)
class Use:
    where: str
    call: str
    code: str
    fields: frozenset[str]
    open: bool
    """True where `**fields` hides what is handed over."""


def uses(source: Source) -> Iterator[Use]:
    for call in calls(source, "reason", "diagnose"):
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        given = frozenset(k.arg for k in call.keywords if k.arg and not (name == "diagnose" and k.arg in NOT_FIELDS))
        hidden = any(k.arg is None for k in call.keywords)
        for code in _codes(call.args[0]) if name and call.args else ():
            yield Use(f"{source.name}:{call.lineno}", name, code, given, hidden)


def _codes(argument: ast.expr) -> Iterator[str]:
    match argument:
        case ast.Constant(value=str() as code):
            yield code
        case ast.IfExp(body=body, orelse=orelse):
            yield from _codes(body)
            yield from _codes(orelse)
        case _:
            return


def _wordless(found: Use) -> Iterator[str]:
    if found.code not in (reasons() if found.call == "reason" else diagnostics()):
        yield f"{found.where}: `{found.code}` has no message"


def _unfilled(found: Use) -> Iterator[str]:
    missing = {name for text in _texts(found) for name in _placeholders(text.en)} - found.fields
    if missing and not found.open:
        yield f"{found.where}: `{found.code}` asks for {sorted(missing)}"


def _texts(found: Use) -> tuple[LocalizedText, ...]:
    if found.call == "reason":
        return (reasons()[found.code],) if found.code in reasons() else ()
    text = diagnostics().get(found.code)
    return (text.what, text.why, text.hint) if text else ()


@cache
def _uses() -> tuple[Use, ...]:
    return tuple(use for source in sources() if source.name != "specs/diagnostic.py" for use in uses(source))


def _snippet(code: str) -> Source:
    return Source(ROOT / "snippet.py", ast.parse(code))


@pytest.mark.parametrize("rule", [_wordless, _unfilled])
def test_every_code_that_is_used_has_its_message_and_fields(rule: Callable[[Use], Iterable[str]]) -> None:
    assert len(_uses()) > 300
    wrong = [what for use in _uses() for what in rule(use)]
    assert wrong == [], "\n" + "\n".join(wrong)


def test_a_code_without_a_message_and_a_field_that_is_not_handed_over_are_caught() -> None:
    used = list(
        uses(_snippet("diagnose('no-such-code'); diagnose('unknown-id', id=1); reason('no-such' if x else 'y')"))
    )
    assert len([what for use in used for what in _wordless(use)]) == 3
    assert len([what for use in used for what in _unfilled(use)]) == 1


def _heads(source: Source) -> Iterator[str]:
    """What codes begin with that are put together: `reason(f"undo-{word}")`."""
    for node in ast.walk(source.tree):
        match node:
            case ast.JoinedStr(values=[ast.Constant(value=str() as head), *_]) if re.fullmatch(r"[a-z-]+-", head):
                yield head
            case _:
                continue


def _unused(codes: Iterable[str], files: Iterable[Source]) -> list[str]:
    files = tuple(files)
    spelt = {text for source in files for text in strings(source)}
    begun = tuple({head for source in files for head in _heads(source)})
    return [code for code in codes if code not in spelt and not code.startswith(begun)]


def test_every_message_is_used() -> None:
    """Its code is spelt somewhere, or its beginning is; a label also by the functions below its table."""
    files = [source for source in sources() if "/view/messages/" not in source.name]
    own = (ROOT / "reconciler/view/messages/ui.py").read_text(encoding="utf-8").partition("class ")[2]
    assert _unused((*reasons(), *diagnostics()), files) == []
    assert _unused(LABELS, (*files, _snippet(f"class {own}"), _snippet(_labels_of_templates()))) == []


def _labels_of_templates() -> str:
    """What the pages of HTML spell, as code that spells it."""
    pages = sorted((ROOT / "reconciler/view/html/templates").glob("*.html"))
    texts = [text for page in pages for text in re.findall(r"'([a-z-]+)'", page.read_text(encoding="utf-8"))]
    assert len(texts) > 50
    return repr(texts)


def test_a_message_that_nothing_uses_is_caught() -> None:
    code = _snippet("reason(f'undo-{word}'); diagnose('bug')")
    assert _unused(("undo-x", "bug", "left-over"), (code,)) == ["left-over"]


@pytest.mark.parametrize("table", ["REASONS", "DIAGNOSTICS"])
def test_a_code_is_worded_in_one_way(table: str) -> None:
    """Two files that word it differently would make it a matter of luck which one is read."""
    words: dict[str, set[object]] = {}
    for source in sources("reconciler/view/messages"):
        found: Mapping[str, Any] = vars(importlib.import_module(source.module)).get(table, {})
        for code, worded in found.items():
            words.setdefault(code, set()).add(worded)
    assert len(words) > 100
    assert [code for code, ways in words.items() if len(ways) > 1] == []


def test_no_step_of_the_whole_guide_is_worded_with_two_blanks() -> None:
    plan, _ = study(World(cluster=guide_cluster()))
    texts = [describe.action(step.action, lang) for step in plan.steps for lang in ("en", "zh")]
    assert [text for text in texts if "  " in text or text != text.strip()] == []
