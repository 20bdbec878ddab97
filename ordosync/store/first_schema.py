"""Tables of the first version of the store, as the first migration creates them."""

FIRST_TABLES = (
    "create table meta (key text primary key, value text not null)",
    """
    create table schedule (
        portal text not null,
        task text not null,
        interval_s integer,         -- null: only by hand
        decided_by text not null default 'default',     -- default, configuration or autosync
        paused integer,             -- 1 paused, 0 resumed or switched on, null: nobody said
        next_at text,               -- when it starts next; null: not by itself
        last_started_at text,
        last_ok_at text,            -- finished ok or partial
        done_at text,               -- the start of the scheduled run that did the last slot
        tried_at text,              -- the start of the last scheduled run of all
        tries integer not null default 0,       -- crashes in the slot of `tried_at`
        failures integer not null default 0,    -- in a row
        trouble_since text,
        told_at text,               -- when people were last told of it
        cursor text,                -- the account's own text: where the next reading starts
        restored_at text,           -- until a later reading has caught up with what a backup lacks
        primary key (portal, task)
    )
    """,
    "create index schedule_next_at on schedule (next_at)",
    "create index schedule_last_started_at on schedule (last_started_at)",
    """
    create table leases (
        portal text not null,
        resource text not null,     -- orders, shipments, products or stock
        fence integer not null,     -- grows with each claim
        owner text,                 -- null: free
        until text,
        run_id integer,
        primary key (portal, resource)
    )
    """,
    """
    create table runs (
        id integer primary key autoincrement,   -- never that of a row that was removed
        portal text not null,
        task text not null,
        trigger text not null,
        status text not null,
        started_at text not null,
        finished_at text,
        seen integer not null default 0,
        done integer not null default 0,
        unchanged integer not null default 0,
        skipped integer not null default 0,
        waiting integer not null default 0,
        failed integer not null default 0,
        calls integer not null default 0,
        cost integer not null default 0,        -- in the points of services that count in them
        missed_slots integer not null default 0,
        error_code text,
        error_message text
    )
    """,
    # Each ends in the id, so `activity` reads the newest five of any filter and no more.
    "create index runs_portal_task_status on runs (portal, task, status, id)",
    "create index runs_portal_task on runs (portal, task, id)",
    "create index runs_portal_status on runs (portal, status, id)",
    "create index runs_portal on runs (portal, id)",
    "create index runs_task_status on runs (task, status, id)",
    "create index runs_task on runs (task, id)",
    "create index runs_status on runs (status, id)",
    """
    create table steps (
        id integer primary key,
        portal text not null,
        task text not null,
        key text not null,          -- what happened: `<order id>#<generation>` and the like
        state text not null,        -- sending, unknown, waiting, done, skipped or failed
        code text,
        reason text,
        content text not null,      -- a digest of what was read; the store keeps no payload
        merchant_id text,
        supplier_id text,
        attempts integer not null default 0,
        not_before text,
        created_at text not null,
        updated_at text not null,
        run_id integer not null,        -- the run that planned it
        last_run_id integer not null,   -- the run that tried it last
        unique (portal, task, key)
    )
    """,
    "create index steps_last_run on steps (last_run_id)",
    "create index steps_run on steps (run_id) where run_id <> last_run_id",
    # `why` asks for all that was owed of one order, whatever the task.
    "create index steps_merchant on steps (portal, merchant_id)",
    """
    create index steps_unsettled on steps (portal, task, state, not_before)
        where state in ('sending', 'unknown', 'waiting', 'failed')
    """,
    "create index steps_no_tracking on steps (id) where code = 'no-tracking'",
    """
    create table links (
        portal text not null,
        kind text not null,         -- order, line, product or shipment
        merchant_id text not null,
        generation integer not null,
        supplier_id text not null,
        state text not null,        -- see `links.LinkState`
        linked_at text not null,
        primary key (portal, kind, merchant_id, generation)
    )
    """,
    "create index links_supplier on links (portal, kind, supplier_id)",
    "create index links_reopened on links (portal, kind, merchant_id) where state = 'reopened'",
)
