"""Fast exit of `run-due` when no task is due in a store on PostgreSQL.

The store knows the digest of the configuration that it follows, so a large file is not parsed.
"""

from contextlib import closing

from ordosync.idle import ALERTS_KEY, CALLED_AT_KEY, CONFIG_KEY
from ordosync.postgres.connection import connect
from ordosync.postgres_url import expanded

_IDLE = """
with clock as (
    select
        to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as now,
        to_char(clock_timestamp() at time zone 'UTC' + interval '300 s',
            'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as soon
)
select exists (select from meta where key = ? and value = ?)
    and not exists (select from schedule, clock where next_at <= clock.now collate "C")
    and not exists (select from schedule, clock where last_started_at > clock.soon collate "C")
    and not exists (select from meta, clock where key = ? and value <= clock.now collate "C")
"""
_NOTE_CALL = """
insert into meta (key, value)
values (?, to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
on conflict (key) do update set value = excluded.value
"""


def nothing_is_due(url: str, config: str) -> bool:
    """True if the store follows the configuration with this digest, and nothing is due.

    The call is noted for the checks of other hosts.
    """
    with closing(connect(expanded(url), "")) as db:
        db.execute(_NOTE_CALL, (CALLED_AT_KEY,))
        row = db.execute(_IDLE, (CONFIG_KEY, config, ALERTS_KEY)).fetchone()
        return bool(row and row[0])
