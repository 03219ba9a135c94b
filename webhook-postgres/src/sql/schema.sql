-- The tables of webhook-postgres, version 1. Every statement can be repeated.
--
-- The store needs the rights to select, insert, update and delete, and no others.

create table if not exists webhook_version (
    -- There is one row.
    only_row boolean primary key default true check (only_row),
    version integer not null
);

-- One row for each replay key.
create table if not exists webhook_key (
    epoch bigint not null,
    -- From this time on, another owner may claim the key. Null: the key is not claimed.
    lease_until timestamptz,
    -- From this time on, the record counts as absent.
    expires_at timestamptz not null,
    -- Not before `expires_at`, and coarse, so that most commits leave it as it is. Then they change
    -- no index.
    purge_at timestamptz not null,
    -- The time of the last write.
    changed_at timestamptz not null,
    retain interval not null,
    -- How many claims were acquired.
    attempts integer not null,
    fingerprint integer not null,
    -- 0: claimed, 1: done, 2: released, 3: dead.
    state smallint not null,
    key bytea primary key,
    owner bytea not null,
    -- What copies of a done delivery are answered.
    answer bytea,
    -- For people, of a dead record only: convert_from(note, 'UTF8').
    note bytea
) with (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05);

create index if not exists webhook_key_purge on webhook_key (purge_at);

-- The dead records. A condition on `state` would make every commit change this index.
create index if not exists webhook_key_dead on webhook_key (key) where note is not null;

-- How many keys the groups have whose labels no sender signs.
create table if not exists webhook_group (
    expires_at timestamptz not null,
    keys integer not null,
    key bytea primary key
) with (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05);

create index if not exists webhook_group_expires on webhook_group (expires_at);

-- One row for each secret and setting of a tenant, sealed under a key that the database does not
-- have. The order of rows is that of the bytes of the names.
create table if not exists webhook_secret (
    created_at timestamptz not null,
    -- From this time on, the row counts as absent. Null: it has no end.
    ends_at timestamptz,
    number bigint not null check (number > 0),
    provider text collate "C" not null,
    tenant text collate "C" not null,
    -- Empty for a secret.
    setting text collate "C" not null,
    -- The id of the key that sealed the row.
    key_id text collate "C" not null,
    sealed bytea not null,
    primary key (provider, tenant, setting, number)
);

create index if not exists webhook_secret_ends on webhook_secret (ends_at) where ends_at is not null;

-- The highest version of each object whose events are ordered.
create table if not exists webhook_entity (
    version bigint not null,
    expires_at timestamptz not null,
    key bytea primary key
) with (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05);

create index if not exists webhook_entity_expires on webhook_entity (expires_at);

-- One row for each stored delivery. The record is sealed; the names beside it are for lists.
create table if not exists webhook_delivery (
    id bigint generated always as identity primary key,
    -- How often it was claimed.
    epoch bigint not null,
    -- From this time on it can be claimed: it is due, or the lease of its worker has ended.
    run_at timestamptz not null,
    accepted_at timestamptz not null,
    -- When it was done or dropped.
    ended_at timestamptz,
    -- How many attempts began, since it was stored or requeued.
    attempts integer not null check (attempts >= 0),
    -- 0: due, 1: running, 2: done, 3: dead, 4: parked, 5: dropped.
    state smallint not null check (state between 0 and 5),
    has_body boolean not null,
    key bytea not null,
    -- The call that claimed it. Null: nobody may end its claim.
    owner bytea,
    tenant text collate "C" not null,
    consumer text collate "C" not null,
    provider text collate "C" not null,
    type text collate "C",
    route text collate "C",
    -- What went wrong last.
    error text collate "C",
    -- What jobs have in common that run one after the other. Null: it waits for none.
    order_by bytea,
    sealed bytea not null
) with (
    -- Each job leaves two dead versions of its row. With its default limit, autovacuum needs
    -- minutes for what thousands a second leave in one.
    fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_limit = 1000
);

create index if not exists webhook_delivery_due on webhook_delivery (tenant, consumer, run_at, id)
    where state < 2;
create index if not exists webhook_delivery_order
    on webhook_delivery (tenant, consumer, order_by, id) where state < 2 and order_by is not null;
-- Of one order at most one is running, whatever two workers see at the same time.
create unique index if not exists webhook_delivery_running
    on webhook_delivery (tenant, consumer, order_by) where state = 1 and order_by is not null;
create index if not exists webhook_delivery_aside on webhook_delivery (state, id)
    where state in (3, 4);
create index if not exists webhook_delivery_body on webhook_delivery (ended_at)
    where ended_at is not null and has_body;
create index if not exists webhook_delivery_ended on webhook_delivery (ended_at)
    where ended_at is not null and not has_body;

-- The bodies. They are most of the bytes, and go first.
create table if not exists webhook_body (
    id bigint primary key,
    bytes bytea not null
) with (
    autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_limit = 1000,
    -- Where long ones are.
    toast.autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_vacuum_cost_limit = 1000
);

-- The attempts that failed: of each delivery the first one and the last nine.
create table if not exists webhook_attempt (
    ended_at timestamptz not null,
    delivery bigint not null,
    number bigint not null,
    millis integer not null,
    kind text collate "C" not null,
    primary key (delivery, number)
);

-- What the steps of handlers returned.
create table if not exists webhook_step (
    -- Steps are listed in this order.
    id bigint generated always as identity,
    delivery bigint not null,
    -- 0: done, 1: failed, 2: skipped.
    state smallint not null check (state between 0 and 2),
    name text collate "C" not null,
    -- What went wrong, if it failed.
    error text collate "C",
    value bytea not null,
    primary key (delivery, name)
);

-- What people did with deliveries: the last twenty times.
create table if not exists webhook_action (
    -- Actions are listed in this order.
    id bigint generated always as identity,
    at timestamptz not null,
    delivery bigint not null,
    -- 0: requeue, 1: park, 2: drop.
    verb smallint not null check (verb between 0 and 2),
    who text collate "C" not null,
    why text collate "C" not null,
    primary key (delivery, id)
);

insert into webhook_version (version) values (1) on conflict do nothing;
