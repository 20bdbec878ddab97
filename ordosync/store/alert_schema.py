"""Tables of alerts, as the fourth migration creates them."""

ALERT_TABLES = (
    """
    create table alerts (
        target text not null,       -- who is notified: a name of `alerts: to:`
        key text not null,          -- of the entry of `attention`, or of a portal's outage
        portal text not null,
        task text not null,
        event text not null,        -- the code of the entry
        severity text not null,
        subject text not null,
        first_at text not null,     -- when it was first seen
        changed_at text not null,   -- when it last began or ended
        ended_at text,              -- null: it lasts
        reported_at text,           -- when the last message about it was sent
        is_reported integer not null default 0,     -- 1: the last message says that it lasts
        messages text not null default '[]',        -- times of messages within an hour, as JSON
        primary key (target, key)
    ) without rowid
    """,
    """
    create table alert_targets (
        target text primary key,
        tries integer not null default 0,       -- in a row that failed
        next_try_at text,
        error text,
        warned_at text,             -- when cron's mail last had the error
        digest_at text              -- when the last digest was sent
    ) without rowid
    """,
)
