#!/opt/py36/bin/python3
"""Stand-in for IAM's migration script of guide 7.6, which is fetched from the internet: the same command line.

usage: migrate_subject_system_group.py -H HOST -P PORT -u USER -p PASSWORD -D DATABASE migrate|check
`migrate` may be repeated; `check` fails where the tables are missing or do not hold every group.
"""

import argparse
import sys

import pymysql

TABLES = (
    "CREATE TABLE IF NOT EXISTS subject_system_group (subject_pk INT PRIMARY KEY, system_id VARCHAR(32) NOT NULL)",
    "CREATE TABLE IF NOT EXISTS group_system_auth_type (group_pk INT PRIMARY KEY, auth_type INT)",
)
FILL = "INSERT IGNORE INTO subject_system_group SELECT subject_pk, 'bk_cmdb' FROM subject_relation"
LEFT = "SELECT COUNT(*) FROM subject_relation LEFT JOIN subject_system_group USING (subject_pk) WHERE system_id IS NULL"


def main() -> None:
    options = argparse.ArgumentParser(add_help=False)
    for name in ("-H", "-P", "-u", "-p", "-D"):
        options.add_argument(name, required=True)
    options.add_argument("action")
    args = options.parse_args()
    connection = pymysql.connect(
        host=args.H, port=int(args.P), user=args.u, password=args.p, database=args.D, autocommit=True
    )
    with connection.cursor() as cursor:
        act(cursor, args.action)


def act(cursor: pymysql.cursors.Cursor, action: str) -> None:
    if action == "migrate":
        for statement in (*TABLES, FILL):
            cursor.execute(statement)
        print("migrate completed")
    elif action == "check":
        cursor.execute(LEFT)
        row = cursor.fetchone()
        if row is None or row[0]:
            raise SystemExit("check failed: not every group has been migrated")
        print("check completed, all data migrate completed")


if sys.argv[-1] in ("migrate", "check"):
    main()
else:
    raise SystemExit("only support migrate/check action")
