-- What every service stands on. Migrations run as the owner; the server connects as a member of weft_app, which owns
-- nothing and gets here, statement by statement, what it may do.
create table platform.tenant (
  id   int4 primary key,
  name text not null unique
);
insert into platform.tenant (id, name) values (1, 'local');

-- What a database goes through once, such as getting its sample people; finished_at is null while it goes on.
create table platform.once (
  what        text primary key,
  started_at  timestamptz not null default now(),
  finished_at timestamptz
);

grant usage on schema platform to weft_app;
grant select on platform.tenant, platform.migration to weft_app;
grant select, insert, update on platform.once to weft_app;
