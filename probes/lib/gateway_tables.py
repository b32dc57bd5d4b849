"""The tables of the API gateway: what is released, as SQL that is made on the host.

Its database has no fixed name; it is the one with a table `core_api`. That name is put into SQL only where it is of
letters, digits and underscores. Source: blueking-apigateway v1.12.1, apigateway/core/models.py (Gateway, Stage,
Release).
"""

from typing import LiteralString

GATEWAY_TABLES: LiteralString = r"""
gateway_query() { # COLUMNS of g, the gateway, s, its stage, and r, what is released there; quotes in them are doubled
  printf '%s\n' \
    "set @place = (select table_schema from information_schema.tables where table_name = 'core_api'
      and table_schema regexp '^[A-Za-z0-9_]+\$' order by table_schema <> 'bk_apigateway', table_schema limit 1);" \
    "set @words = if(@place is null, 'do 0', concat('select $1 from ', @place, '.core_release r join ', @place,
      '.core_api g on g.id = r.api_id join ', @place, '.core_stage s on s.id = r.stage_id
      where g.status = 1 and s.status = 1'));" \
    "prepare words from @words; execute words;"
}
"""
