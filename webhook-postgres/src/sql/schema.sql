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

insert into webhook_version (version) values (1) on conflict do nothing;
