"""What a host printed, made fit to keep and to show: no secret, no control character, no endless line.

Secrets are known by their place, never by their value, which we do not have: after a key that names one, after a
password option of a database client, inside a URI, after IDENTIFIED BY, in a header. It rather takes out too much.
Source of the key pattern: the variables of the release's env files; the guide's own commands for the options.
"""

import re

MARK = "<redacted>"
LIMIT = 4096
"""Characters of a line that are kept."""

_SCAN_LIMIT = 2 * LIMIT

SECRET_KEY = re.compile(
    r"PASSW|SECRET|TOKEN|_KEY(_BASE64)?$|KEYSTR|COOKIES|_AUTH$|MONGODB_URI|ES7_ADDR|ENCRYPT(_KEY|_PASSWORD)|_SID$|_PWD$"
    r"|^(PWD|PASS|APIKEY|API_KEY|PRIVATE_KEY|REQUIREPASS|MASTERAUTH)$",
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

_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]?")
_CONTROLS = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SURROGATES = re.compile("[\ud800-\udfff]")

_QUOTED = r"\"(?:\\.|[^\"\\])*\"?|'[^']*'?"
_KEY = re.compile(r"(?<![\w.-])(?P<key>[\w.-]+)[\"']?\s*[=:]\s*")
_VALUE = re.compile(rf"{MARK}|{_QUOTED}|[^\s,}}\]]\S*")
_URI = re.compile(r"(?P<before>(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]*://[^/\s:@]*:)[^\s/]+(?P<after>@)")
_SQL = re.compile(rf"(?P<before>\bIDENTIFIED\s+BY\s+(?:PASSWORD\s+)?|\bPASSWORD\s*\(\s*)(?:{_QUOTED})", re.IGNORECASE)
_HEADER = re.compile(
    r"(?P<before>(?<![A-Za-z-])(?:X-[A-Za-z-]*(?:TOKEN|SECRET|KEY|AUTHORIZATION)|(?:Proxy-)?Authorization"
    r"|(?:Set-)?Cookie)\s*:\s*).+",
    re.IGNORECASE,
)
_CLIENT = re.compile(
    r"\b(?:mysql\w*|maria\w*|mongo\w*|redis-cli|redis-server|influxd?|curl|sshpass|rabbitmqctl|bsondump|zkcli)\b"
    r"(?!-login)",
    re.IGNORECASE,
)
_WORD = rf"(?:{_QUOTED}|\S+)"
_OPTION = re.compile(
    rf"(?P<before>(?:^|\s)(?:--(?:password|pass|requirepass|masterauth|user|auth)(?:\s+|=)|-[pau]\s*))(?P<word>{_WORD})"
)
_NAMED_USER = re.compile(rf"(?P<before>\b(?:add_user|change_password|authenticate_user)\s+\S+\s+){_WORD}")
_REDIS = re.compile(rf"(?P<before>\b(?:requirepass|masterauth|AUTH)\s+){_WORD}")
_PEM_BODY = re.compile(r"\s*[A-Za-z0-9+/]{60,76}={0,2}\s*")
_HEX = re.compile(r"\s*[0-9a-fA-F]+\s*")


def redact(line: str) -> str:
    """One line, without its end. Escapes go first: a colour in the middle of a word must not hide it."""
    text = clean(line[:_SCAN_LIMIT])
    if _PEM_BODY.fullmatch(text) and not _HEX.fullmatch(text):
        return MARK
    for pattern in (_URI, _SQL, _HEADER, _NAMED_USER, _REDIS):
        text = pattern.sub(_marked, text)
    text = _options(_assignments(text))
    return text if len(text) <= LIMIT else text[: LIMIT - 1] + "…"


def clean(line: str) -> str:
    """Fit for a terminal and for JSON: no escapes, no control characters but tab, valid Unicode."""
    return _CONTROLS.sub("", _SURROGATES.sub("\ufffd", _ESCAPES.sub("", line)))


def is_secret(key: str) -> bool:
    return key not in NO_SECRET and SECRET_KEY.search(key) is not None


def _marked(found: re.Match[str]) -> str:
    return found["before"] + MARK + (found.groupdict().get("after") or "")


def _assignments(text: str) -> str:
    kept, at = "", 0
    while found := _KEY.search(text, at):
        kept += text[at : found.end()]
        at = found.end()
        value = _VALUE.match(text, at) if is_secret(found["key"].lstrip("-.")) else None
        if value is not None:
            kept, at = kept + MARK, value.end()
    return kept + text[at:]


def _options(text: str) -> str:
    """Only behind a client that takes a password so: `mkdir -p x` stays as it is."""
    client = _CLIENT.search(text)
    if client is None:
        return text
    return text[: client.end()] + _OPTION.sub(_optional, text[client.end() :])


def _optional(found: re.Match[str]) -> str:
    """`-u user` and `--user x` hold a password only as user:password, as curl takes it."""
    before, word = found["before"], found["word"]
    if not before.strip().startswith(("-u", "--user")):
        return before + MARK
    user, colon, _ = word.partition(":")
    return before + (user + colon + MARK if colon else word)
