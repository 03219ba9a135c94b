create table webhook_key (
    key         blob    not null primary key check (length(key) = 32),
    state       integer not null check (state between 0 and 3),
    owner       blob    not null check (length(owner) = 16),
    epoch       integer not null check (epoch > 0),
    lease_until integer not null,
    attempts    integer not null check (attempts >= 0),
    retain      integer not null check (retain >= 0),
    fingerprint integer not null,
    expires_at  integer not null,
    changed_at  integer not null,
    answer      blob,
    note        text
) strict, without rowid;

create index webhook_key_expires on webhook_key (expires_at);
create index webhook_key_dead on webhook_key (key) where state = 3;

create table webhook_group (
    key        blob    not null primary key check (length(key) = 32),
    keys       integer not null check (keys > 0),
    expires_at integer not null
) strict, without rowid;

create index webhook_group_expires on webhook_group (expires_at);

create table webhook_secret (
    provider   text    not null,
    tenant     text    not null,
    setting    text    not null,
    number     integer not null check (number > 0),
    sealed     blob    not null,
    key_id     text    not null,
    created_at integer not null,
    ends_at    integer,
    primary key (provider, tenant, setting, number)
) strict, without rowid;

create index webhook_secret_ends on webhook_secret (ends_at) where ends_at is not null;

create table webhook_entity (
    key        blob    not null primary key check (length(key) = 32),
    version    integer not null,
    expires_at integer not null
) strict, without rowid;

create index webhook_entity_expires on webhook_entity (expires_at);

create table webhook_delivery (
    id          integer primary key,
    state       integer not null check (state between 0 and 5),
    attempts    integer not null check (attempts >= 0),
    epoch       integer not null check (epoch >= 0),
    owner       blob    check (length(owner) = 16),
    run_at      integer not null,
    accepted_at integer not null,
    ended_at    integer,
    has_body    integer not null check (has_body in (0, 1)),
    key         blob    not null check (length(key) = 32),
    tenant      text    not null,
    consumer    text    not null,
    provider    text    not null,
    type        text,
    route       text,
    error       text,
    sealed      blob    not null,
    order_by    blob    check (length(order_by) = 16)
) strict;

create index webhook_delivery_due on webhook_delivery (tenant, consumer, run_at) where state < 2;
create index webhook_delivery_order on webhook_delivery (tenant, consumer, order_by)
    where state < 2 and order_by is not null;
create unique index webhook_delivery_running on webhook_delivery (tenant, consumer, order_by)
    where state = 1 and order_by is not null;
create index webhook_delivery_aside on webhook_delivery (state) where state in (3, 4);
create index webhook_delivery_body on webhook_delivery (ended_at)
    where ended_at is not null and has_body = 1;
create index webhook_delivery_ended on webhook_delivery (ended_at)
    where ended_at is not null and has_body = 0;

create table webhook_body (
    id    integer primary key,
    bytes blob    not null
) strict;

create table webhook_attempt (
    delivery integer not null,
    number   integer not null check (number > 0),
    kind     text    not null,
    millis   integer not null check (millis >= 0),
    ended_at integer not null,
    primary key (delivery, number)
) strict, without rowid;

create table webhook_step (
    id       integer primary key,
    delivery integer not null,
    name     text    not null,
    state    integer not null check (state between 0 and 2),
    error    text,
    value    blob    not null,
    unique (delivery, name)
) strict;

create table webhook_action (
    delivery integer not null,
    number   integer not null check (number > 0),
    verb     integer not null check (verb between 0 and 2),
    at       integer not null,
    who      text    not null,
    why      text    not null,
    primary key (delivery, number)
) strict, without rowid;

create table webhook_store (
    id         integer primary key check (id = 1),
    version    integer not null,
    last_epoch integer not null check (last_epoch >= 0)
) strict;

insert into webhook_store (id, version, last_epoch) values (1, 1, 0);
