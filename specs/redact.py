"""Redaction: text of a host or a person without secrets, control characters and endless lines, fit to save and show.

Secrets are known by their place, never by their value, which we do not have: after a key that names one, after an
option that names one, after a short option of a command that is known to take one there, inside a URI, after
IDENTIFIED BY, in a header, in a key block. It rather takes out too much. Quotes may be escaped, and escaped again, as
they are in JSON inside a shell's string inside a log.

It is this far down because every diagnostic and reason goes through it (`specs/diagnostic.py`): nobody who writes a
message has to remember. Source of the key pattern: the variables of the release's env files; of the
commands: the release's own scripts (`-p | --password` and so on), the guide, and the clients' manual pages.
"""

import re
from functools import lru_cache

MARK = "<redacted>"
LIMIT = 4096
"""Characters of a line that are kept."""

_SCAN_LIMIT = 2 * LIMIT

SECRET_KEY = re.compile(
    r"PASSW|SECRET|TOKEN$|TOKEN[_.]|_KEY(_BASE64)?$|KEYSTR|COOKIES|_AUTH$|MONGODB_URI|ES7_ADDR|ENCRYPT(_KEY|_PASSWORD)"
    r"|_SID$|_PWD$|PASSPHRASE|REQUIREPASS|MASTERAUTH|STOREPASS|KEYPASS|(API|PRIVATE|ACCESS)[-_.]?KEY$"
    r"|^(PWD|PASS)$|(密码|口令|密钥|令牌)$",
    re.IGNORECASE,
)
NO_SECRET = frozenset(
    {
        "BK_GSE_PASSWD_FILE_NAME",
        "BK_CMDB_SECRET_KEY_URL",
        "BK_CMDB_SECRETS_ADDR",
        "BK_CMDB_SECRETS_ENV",
        "BK_CMDB_SECRETS_PROJECT",
        "BK_PY27_ENCRYPT_PATH",
        "BK_PY36_ENCRYPT_PATH",
        "BK_GSE_PUBLIC_KEY_BASE64",
        "BK_JOB_SECURITY_PUBLIC_KEY_BASE64",
        "BK_APIGATEWAY_PUBLIC_KEY",
        "PWD",
        "OLDPWD",
    }
)
"""Named like secrets by the release, and none: paths, addresses, public keys. PWD in capitals is a directory."""

ESCAPES = re.compile(
    r"[\x1b](?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|[ -/]*[0-~]?)"
    r"|\x9b[0-?]*[ -/]*[@-~]|[\x9d\x90\x98\x9e\x9f][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
)
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""C0 but tab and newline, DEL, C1; what turns text around, joins, hides or breaks it unseen (Unicode's Cf, Zl, Zp)."""
SURROGATES = re.compile("[\ud800-\udfff]")

_MARKED = re.escape(MARK)
_QUOTED = r"\"(?:\\.|[^\"\\])*\"?|'[^']*'?"
_WORD = rf"(?:{_MARKED}|\\.|{_QUOTED}|[^\s\"'\\])+"
"""As a shell takes it: pieces in quotes and without, one after the other."""
_VALUE = rf"(?:{_MARKED}|\\.|{_QUOTED}|(?!&[\w.%-]+=)[^\s\"'\\])+"
_OPENED = re.compile(r"(?:[bBuUrRfF]{1,2}|\$)?(?P<token>\\*[\"'])")
_AFTER_QUOTE = re.compile(rf"(?![\s,;:&|)}}\]<>]){_VALUE}")
_PLAIN = re.compile(rf"{_MARKED}|\[[^\]]*\]?|(?![,}}\]]){_VALUE}")
_KEY = re.compile(r"(?<![\w.-])(?P<key>[\w.-]+)(?P<close>\\*[\"'])?\s*(?:->|=>|[=:：])\s*")
_LABEL = re.compile(
    r"(?P<before>(?:密码|口令|密钥|令牌)(?:\s*[】\]）)」]\s*[:：=]?|\s*[为是]\s*[:：=]?)\s*"
    r"|\b(?:password|passphrase|secret|token)\s+is\s*[:=]\s*"
    r"|\btemporary password\b[^:：]{0,200}[:：]\s*)(?P<word>[!-~]\S*)",
    re.IGNORECASE,
)
_XML = re.compile(
    r"(?P<before><(?P<tag>[\w:.-]{0,60}(?:passw|secret|token|private-?key)[\w:.-]{0,60})>)(?:<redacted>|[^<])+",
    re.IGNORECASE,
)
_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]{0,40}KEY-----|$)")
_JWT = re.compile(r"\beyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)*")
_URI = re.compile(
    r"(?P<before>(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]*://(?![^/\s:@]*:x-oauth)[^/\s:@]*:)[^\s/]+(?P<after>@)"
)
_URI_TOKEN = re.compile(r"(?P<before>\bhttps?://)[^/\s:@]+:x-oauth-basic(?P<after>@)")
_SQL_TEXT = r"(?:\\+(?P<q>[\"']).*?(?:\\+(?P=q)|$)|\"(?:\\.|[^\"\\])*\"?|'(?:''|\\.|[^'\\])*'?)"
_SQL = re.compile(
    r"(?P<before>\bIDENTIFIED\s+(?:WITH\s+[\w'\"\\]{1,60}\s+)?(?:BY|AS)\s+(?:PASSWORD\s+)?"
    rf"|\bPASSWORD\s*\(\s*|\bWITH\s+PASSWORD\s+|\bPASSWORD\s+FOR\s+\S{{1,200}}\s*=\s*(?:PASSWORD\s*\(\s*)?){_SQL_TEXT}",
    re.IGNORECASE,
)
_CALL = re.compile(rf"(?P<before>\b(?:auth|changeUserPassword)\(\s*(?:{_QUOTED})\s*,\s*)(?:{_QUOTED})")
_HEADER = re.compile(
    r"(?P<before>(?<![A-Za-z-])(?:X-[A-Za-z-]{0,60}(?:TOKEN|SECRET|KEY|AUTHORIZATION)|(?:Proxy-)?Authorization"
    r"|(?:Set-)?Cookie)\s*:\s*).+",
    re.IGNORECASE,
)
_SECRET_KEYS = re.compile(
    r"(?P<before>\b(?:add_user|change_password|authenticate_user|add_or_update_appcode\.sh)\s+\S+\s+"
    r"|\b(?:requirepass|masterauth|AUTH)\s+(?!failed\b)|\baddauth\s+digest\s+)"
    rf"(?P<word>{_WORD})"
)
_LONG = re.compile(
    r"(?P<before>(?<!\S)--?[\w-]{0,60}?(?:password|passwd|passphrase|pass|pwd|secret|token|requirepass|masterauth"
    rf"|(?:private|secret|access|api|encrypt|encryption)[-_]?key|storepass|keypass)\s+)(?!-)(?P<word>{_WORD})"
)
"""Whatever command it is of: `--admin-password X`, `-password X`. With `=` it is a key like any other."""
_COMMANDS: tuple[tuple[str, str], ...] = (
    (r"mysql\w*|maria\w*", "p"),
    (r"mongo\w*|bsondump|elasticsearch-users|rabbitmqadmin", "p"),
    (r"redis-cli|install_redis(?:_cluster)?\.sh", "a"),
    (r"install_redis_sentinel\.sh", "as"),
    (r"docker\s+login|podman\s+login", "p"),
    (
        r"setup_mysql_loginpath\.sh|grant_mysql_priv\.sh|install_mysql\.sh|install_rabbitmq\.sh|install_influxdb\.sh",
        "p",
    ),
    (r"add_mongodb_user\.sh|add_rabbitmq_user\.sh|setup_mongodb_rs\.sh|setup_es_auth\.sh|deploy_check\.py", "p"),
    (r"create_blueking_set\.py", "t"),
    (r"bkiam_migrate\.sh|bkiam_do_migrate\.py|init_gse_apigw_data\.sh", "s"),
    (r"install_consul\.sh", "e"),
    (r"curl|etcdctl", "u"),
)
"""Which of a command's short options a secret comes after. `-u` holds one only as user:password."""
_COMMAND = re.compile(
    r"(?<![\w.-])(?:" + "|".join(f"(?P<c{n}>{names})" for n, (names, _) in enumerate(_COMMANDS)) + r")(?=[\s\"'])"
)
_ARGUMENT = re.compile(rf"\s*(?P<word>{_WORD})")
_SSHPASS = re.compile(rf"(?P<before>\bsshpass\s+-p\s*)(?P<word>{_WORD})")
_PEM_BODY = re.compile(r"\s*[A-Za-z0-9+/]{60,76}={0,2}\s*")
_HEX = re.compile(r"\s*[0-9a-fA-F]+\s*")
_HINTS = (
    "pass", "pwd", "secret", "token", "key", "auth", "cookie", "sid", "mongo", "es7_addr", "encrypt", "://",
    "identified", "密码", "口令", "密钥", "令牌", "eyj", "add_user", "add_or_update", "mysql", "maria", "redis",
    "bsondump", "elastic", "rabbit", "login", "curl", "etcdctl", "create_blueking", "migrate", "init_gse", "install_",
    "setup_", "deploy_check",
)  # fmt: skip
"""One of these stands in every line that holds a secret in a place that is known here; a test sees to it."""
_WHOLE = (_PEM, _JWT)
_PLACES = (_URI, _URI_TOKEN, _SQL, _CALL, _HEADER, _SECRET_KEYS, _SSHPASS, _LONG, _LABEL, _XML)


def redact(line: str) -> str:
    """One line, without its end. Escapes go first: a colour in the middle of a word must not hide it."""
    text = clean(line[:_SCAN_LIMIT]).replace("\n", " ")
    if not _may_contain_secret(text):
        return _cut(text)
    if _PEM_BODY.fullmatch(text) and not _HEX.fullmatch(text):
        return MARK
    for pattern in _WHOLE:
        text = pattern.sub(MARK, text)
    for pattern in _PLACES:
        text = pattern.sub(_marked, text)
    return _cut(_options(_assignments(text)))


def _may_contain_secret(text: str) -> bool:
    """Most lines contain none of those words and need no closer check."""
    if len(text) >= 60 and _PEM_BODY.fullmatch(text):
        return True
    small = text.casefold()
    return any(word in small for word in _HINTS)


def _cut(text: str) -> str:
    return text if len(text) <= LIMIT else text[: LIMIT - 1] + "…"


@lru_cache(maxsize=8192)
def safe(text: str) -> str:
    """Fit to stand in a diagnostic, a reason or an event: on one line, so that nobody adds one of their own below it.
    Most are seen again and again: a host, a path, a unit."""
    return " ".join(redact(line) for line in text.split("\n"))


def safe_lines(text: str) -> str:
    """For what has lines of its own, and is shown as a block."""
    return "\n".join(redact(line) for line in text.split("\n"))


def without_secrets(text: str) -> str:
    """The value itself, for whoever compares it, unless it holds a secret."""
    safe = safe_lines(text)
    return safe if MARK in safe and MARK not in text else text


def clean(text: str) -> str:
    """Fit for a terminal and for JSON: no escapes, no control characters but tab and newline, nothing that turns or
    hides text, valid Unicode. Squared brackets stay: what shows it takes no markup."""
    if text.isprintable():
        return text
    return HIDDEN.sub("", SURROGATES.sub("\ufffd", ESCAPES.sub("", text)))


def in_json(text: str) -> str:
    """JSON text that reads back the same and holds nothing of that kind as itself: values of facts are kept whole."""
    return text if text.isprintable() else HIDDEN.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    pairs = match[0].encode("utf-16-be")
    return "".join(f"\\u{pairs[n]:02x}{pairs[n + 1]:02x}" for n in range(0, len(pairs), 2))


def is_secret(key: str) -> bool:
    return key not in NO_SECRET and SECRET_KEY.search(key) is not None


def _marked(match: re.Match[str]) -> str:
    return match["before"] + MARK + (match.groupdict().get("after") or "")


def _assignments(text: str) -> str:
    parts, at = "", 0
    while match := _KEY.search(text, at):
        parts += text[at : match.end()]
        at = match.end()
        key = match["key"].lstrip("-.")
        if is_secret(key) and not (_is_chinese(key) and text[at : at + 1] > "~"):
            end = _value_end(text, match)
            parts, at = parts + (MARK if end > at else ""), end
    return parts + text[at:]


def _is_chinese(key: str) -> bool:
    """`密码：已更新` tells of a password and holds none: one of those is written in ASCII."""
    return key[-1] > "~"


def _value_end(text: str, match: re.Match[str]) -> int:
    """Where the value ends that begins after the key, or there, where nothing follows."""
    at = match.end()
    opened = _OPENED.match(text, at)
    if opened is not None:
        return _quote_end(text, opened)
    around = "" if match["close"] else _around(text[max(0, match.start() - 200) : match.start()])
    if around and (end := _closing(text, at, around)) is not None:
        return end
    value = _PLAIN.match(text, at)
    return at if value is None else value.end()


def _around(before: str) -> str:
    """The quote that the word begins with whose end this is: `'user=a&password=` ends in one that began with '."""
    at = max(before.rfind(pattern) for pattern in " \t\"'")
    if at < 0 or before[at].isspace():
        return ""
    escapes = len(before[:at]) - len(before[:at].rstrip("\\"))
    ahead = before[: at - escapes][-1:]
    return before[at - escapes : at + 1] if ahead in ("", *" \t=([{,:") else ""


def _quote_end(text: str, opened: re.Match[str]) -> int:
    """Behind the closing quote, which has as many backslashes before it as the opening one; and behind what follows it
    without a blank, as the shell takes it: 'a'\\''b'."""
    token = opened["token"]
    if len(token) > 1:
        end = _closing(text, opened.end(), token)
        return len(text) if end is None else end + len(token)
    quoted = _SHELL_QUOTED[token].match(text, opened.end())
    assert quoted is not None
    more = _AFTER_QUOTE.match(text, quoted.end())
    return quoted.end() if more is None else more.end()


_SHELL_QUOTED = {'"': re.compile(r"(?:\\.|[^\"\\])*\"?"), "'": re.compile(r"(?:\\'(?=[^\s,;)}\]])|[^'])*'?")}
"""After the opening one. In single quotes a backslash escapes for Python and not for the shell: taken for Python's
where the text goes on behind it."""


def _closing(text: str, at: int, token: str) -> int | None:
    """Where the same quote stands again, with just as many backslashes."""
    match = re.compile(rf"(?<!\\){re.escape(token)}").search(text, at)
    return None if match is None else match.start()


def _options(text: str) -> str:
    """Only behind a command that takes a secret so: `mkdir -p x` stays as it is, and so does `docker run -t`."""
    parts, at = "", 0
    while match := _COMMAND.search(text, at):
        letters = next(letters for n, (_, letters) in enumerate(_COMMANDS) if match[f"c{n}"] is not None)
        parts += text[at : match.end()]
        at = match.end()
        expecting = False
        while (argument := _ARGUMENT.match(text, at)) and not _COMMAND.match(text, argument.start("word")):
            word = argument["word"]
            parts += text[at : argument.start("word")]
            at = argument.end()
            masked, expecting = _argument(word, letters, expecting=expecting)
            parts += masked
            if word in ("|", "||", "&&", "&") or word.endswith(";"):
                break
    return parts + text[at:]


def _argument(word: str, letters: str, *, expecting: bool) -> tuple[str, bool]:
    """How a word is shown, and whether the next one is a secret."""
    if expecting and not word.startswith("-"):
        return (_login(word) if letters == "u" else MARK), False
    if word == "--user" and letters == "u":
        return word, True
    if word[:1] == "-" and word[1:2] in tuple(letters):
        rest = word[2:]
        return word[:2] + ((_login(rest) if letters == "u" else MARK) if rest else ""), not rest
    return word, False


def _login(word: str) -> str:
    user, colon, _ = word.partition(":")
    return user + colon + MARK if colon else word
