"""Redaction: what must never be kept, and what must be kept as it is."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.redact import LIMIT, MARK, is_secret, redact

SECRETS = [
    "BK_MYSQL_ADMIN_PASSWORD=canary",
    "export BK_MYSQL_ADMIN_PASSWORD='can ary canary' NEXT=1",
    'BK_PAAS_APP_SECRET="canary\\" canary"',
    'BK_REDIS_PASSWORD="canary is not closed',
    "-DPASSWORD=canary",
    "--password=canary",
    "password: canary",
    "a=b=PASSWORD=canary",
    "BK_GSE_ZK_TOKEN=zk:canary",
    "BK_GSE_ZK_AUTH=zk:canary",
    "BK_IAM_SID=canary",
    "BK_USERMGR_PRIVATE_KEY_BASE64=canary",
    "BK_CMDB_MONGODB_URI=canary",
    "keystr=canary",
    '{"bk_app_secret": "canary", "b": 1}',
    "{'token': 'canary'}",
    "+ mysql -uroot -pcanary -h 10.0.0.1 -e 'select 1'",
    "mysql -u root -p canary",
    "mysqldump --password=canary --all-databases",
    "mysqladmin --password canary ping",
    "MYSQL_PWD=canary mysql -uroot",
    "redis-cli -h 10.0.0.1 -a canary ping",
    "redis-server --requirepass canary",
    "CONFIG SET requirepass canary",
    "AUTH canary",
    "mongodump -u gse -p canary --db gse",
    "mongo mongodb://gse:canary@10.0.0.1:27017/gse?authSource=gse",
    "redis://:canary@10.0.0.1:6379/0",
    "http://user:c%40n@ry-canary@10.0.0.1/x",
    "GRANT ALL ON *.* TO 'u'@'%' IDENTIFIED BY 'canary';",
    "create user x identified by password 'canary'",
    "SET PASSWORD FOR 'u' = PASSWORD('canary')",
    "curl -H 'X-APP-TOKEN: canary' http://x",
    'curl -H "X-Bkapi-Authorization: {\\"bk_app_secret\\": \\"canary\\"}" http://x',
    "Authorization: Bearer canary",
    "Cookie: bk_token=canary; other=canary",
    "curl -u admin:canary http://10.0.0.1",
    "rabbitmqctl add_user bk canary",
    "rabbitmqctl change_password bk canary",
    "PASS\x1b[31mWORD\x1b[0m=canary",
    "PASS\x00WORD=canary",
    "\u202ePASSWORD=canary",
    "MIIEpAIBAAKCAQEAcanaryU2VjcmV0S2V5TWF0ZXJpYWxIZXJlQmFzZTY0RW5jb2Rl",
]

PLAIN = [
    "",
    "2024-06-01 10:00:00 [INFO] starting bk-auth.service on 10.0.0.3",
    "mkdir -p /data/bkce/etc",
    "ssh -p 22 root@10.0.0.1",
    "tar -zxf bkce_product.tgz -C /data/src",
    "mysql --login-path=mysql-auth -e 'show databases'",
    "http://10.0.0.1:8080/healthz",
    "PWD=/data/install",
    "BK_CMDB_SECRETS_ADDR=",
    "BK_GSE_PUBLIC_KEY_BASE64=LS0t",
    "key: value, a=b",
    "4213478c6b2c3e645c0c30009de474b8  bkce.tgz",
    "a" * 64,
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "job-config状态不健康，中止操作",
    "col\tcol",
]


@pytest.mark.parametrize("line", SECRETS)
def test_a_secret_is_taken_out(line: str) -> None:
    assert "canary" not in redact(line)
    assert MARK in redact(line)


@pytest.mark.parametrize("line", PLAIN)
def test_what_holds_none_is_kept(line: str) -> None:
    assert redact(line) == line


@pytest.mark.parametrize("line", SECRETS)
def test_redacting_twice_changes_nothing(line: str) -> None:
    assert redact(redact(line)) == redact(line)


def test_what_stands_beside_a_secret_is_kept() -> None:
    assert redact("mysql -uroot -pcanary -h 10.0.0.1") == "mysql -uroot -p<redacted> -h 10.0.0.1"
    assert redact("A=1 PASSWORD='x y' B=2") == "A=1 PASSWORD=<redacted> B=2"


@given(st.text(alphabet=st.characters(categories=("L", "Nd", "Zs"), exclude_characters="\u200b"), max_size=200))
def test_prose_is_never_changed(line: str) -> None:
    if not any(word in line.lower() for word in ("auth", "requirepass")) and len(line) < 60:
        assert redact(line) == line


@given(st.text(max_size=500))
def test_any_line_comes_out_printable_and_bounded(line: str) -> None:
    safe = redact(line)
    assert len(safe) <= LIMIT
    assert safe.encode().decode() == safe
    assert not any(ord(c) < 32 and c != "\t" for c in safe)


@pytest.mark.parametrize("piece", ["a", "a=", "X-", "a.", "http:", '"', "-p ", "mysql ", " ", "\x1b[", "a:b@", "x://"])
def test_no_line_takes_long(piece: str) -> None:
    began = time.process_time()
    redact(piece * (2_000_000 // len(piece)))
    assert time.process_time() - began < 0.5


def test_a_long_line_is_cut() -> None:
    assert redact("x " * LIMIT) == ("x " * LIMIT)[: LIMIT - 1] + "…"


@pytest.mark.parametrize("key", ["BK_CMDB_SECRETS_ENV", "BK_HOME", "KEYBOARD", "AUTHOR", "OLDPWD"])
def test_a_key_that_only_looks_like_one(key: str) -> None:
    assert not is_secret(key)
