"""The commands that bring a backup back, ready to paste into root's shell on the host that made it.

The path stands in the record of the backup, which is why they can be shown before it is made. The content's digest is
compared with the record's first; the tree of /data/src, which was only moved, has none. What is there is replaced: a
database is dropped and made anew, a directory is moved aside. No password is among the words: the login path has one,
and mongorestore reads the other from its input.

Tests run these very lines (`tests/actions/lib/test_mysql_dump.py` and its neighbours); docs/restore.md is made of them.
"""

RECORDS = "/var/lib/bkrec/backups"
DIGEST_OF_TREE = "find . -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum | md5sum"


def _field(name: str, what: str) -> str:
    """Of the newest record; each earlier one is `what.DATE` in the same directory."""
    return f"{name}=$(sed -n 's/^{name}=//p' {RECORDS}/{what})"


def _unchanged(what: str) -> tuple[str, str]:
    """For a directory."""
    check = f'cd "$path" && test "$({DIGEST_OF_TREE})" = "$digest  -" && cd /'
    return f"{_field('path', what)} {_field('digest', what)}", check


def mysql() -> tuple[str, ...]:
    login = "--no-defaults --login-path=default-root"
    client = f"mysql {login} --default-character-set=utf8mb4 --max-allowed-packet=1G --binary-mode"
    return (
        f"{_field('path', 'mysql')} {_field('digest', 'mysql')}",
        f'echo "$digest  $path" | md5sum -c - && {client} < "$path"',
    )


def mongodb(host: str, install: str) -> tuple[str, ...]:
    record, check = _unchanged("mongodb")
    restore = "mongorestore --authenticationDatabase admin --drop --oplogReplay --gzip"
    by_input = "printf '%s\\n' \"$BK_MONGODB_ADMIN_PASSWORD\""
    return (
        record,
        f". {install}/bin/01-generate/dbadmin.env",
        f"if [ -e {install}/bin/03-userdef/dbadmin.env ]; then . {install}/bin/03-userdef/dbadmin.env; fi",
        f'{check} && {by_input} | {restore} --host {host} -u "$BK_MONGODB_ADMIN_USER" "$path"',
    )


def install(path: str) -> tuple[str, ...]:
    record, check = _unchanged("install")
    put_back = f'mv -T {path} {path}.replaced && cp -a "$path" {path} && chmod --reference={path}.replaced {path}'
    return (record, f"{check} && {put_back}")


def src(path: str) -> tuple[str, ...]:
    return (
        _field("path", "src"),
        f'test -s "$path/VERSION" && mv -T {path} {path}.replaced && mv -T "$path" {path}',
    )
