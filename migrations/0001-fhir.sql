-- FHIR storage: docs/decisions/0001-storage.md tells why it looks like this.
--
-- `v` numbers every write, `rid` is the v of a resource's first write and names it in the index tables.
-- `since` and `until` are the transactions that made and retired an index row: a search is answered as of a snapshot, so
-- that a walk through the pages sees the moment of its first page. `until is null` is what holds now.

create schema fhir;

create sequence fhir.v as int8;

-- The state of each resource: where a read, a version check and a write begin.
create table fhir.resource (
  tenant int4 not null,
  type text collate "C" not null,
  id text collate "C" not null,
  rid int8 not null,
  v int8 not null,
  version int4 not null,
  deleted boolean not null,
  primary key (tenant, type, id)
) with (fillfactor = 80);

-- Every version ever written, written once and never changed; also the change log (txid, v).
create table fhir.version (
  tenant int4 not null,
  rid int8 not null,
  v int8 not null,
  version int4 not null,
  type text collate "C" not null,
  id text collate "C" not null,
  operation char(1) not null check (operation in ('C', 'U', 'D')),
  last_updated timestamptz not null,
  txid xid8 not null default pg_current_xact_id(),
  document text,
  primary key (tenant, rid, v)
);
create index version_type on fhir.version (tenant, type, v);
-- Up to a page a document stays in its row: a second look-up costs more than the bytes do.
alter table fhir.version alter column document set storage main;

-- One row for each stretch of time in which a resource existed with these parameters present (for :missing).
create table fhir.live (
  tenant int4 not null,
  type text collate "C" not null,
  rid int8 not null,
  since xid8 not null default pg_current_xact_id(),
  until xid8,
  key int8 not null, -- hash of type and id; a reference to the resource is `key # constant of the parameter`
  present int4[] not null,
  refs int8[] not null, -- the hashes of its references in fhir.ix, to walk them forwards
  primary key (tenant, type, rid, since) include (until)
);
create index live_key on fhir.live (tenant, key);

-- Tokens, references, uris, compartments: h is a 64-bit hash of type, parameter and value.
create table fhir.ix (
  tenant int4 not null,
  h int8 not null,
  rid int8 not null,
  since xid8 not null default pg_current_xact_id(),
  until xid8,
  primary key (tenant, h, rid, since) include (until)
);
alter table fhir.ix alter column h set statistics 2000;

-- Dates: the interval that the value's precision spans, [lo, hi). p is a hash of type and parameter.
create table fhir.ix_date (
  tenant int4 not null,
  p int8 not null,
  rid int8 not null,
  lo timestamptz not null,
  hi timestamptz not null,
  first boolean not null, -- the value an ascending sort goes by
  last boolean not null, -- the value a descending sort goes by
  since xid8 not null default pg_current_xact_id(),
  until xid8
);
-- `until` stands in these so that what holds now is found past any number of retired rows of the same resource.
create index ix_date_rid on fhir.ix_date (tenant, p, rid, until);
create index ix_date_lo on fhir.ix_date (tenant, p, lo, rid);
create index ix_date_hi on fhir.ix_date (tenant, p, hi, rid);

-- Numbers and quantities.
create table fhir.ix_num (
  tenant int4 not null,
  p int8 not null,
  rid int8 not null,
  lo float8 not null,
  hi float8 not null,
  system text collate "C",
  code text collate "C",
  unit text collate "C",
  first boolean not null,
  last boolean not null,
  since xid8 not null default pg_current_xact_id(),
  until xid8
);
create index ix_num_rid on fhir.ix_num (tenant, p, rid, until);
create index ix_num_lo on fhir.ix_num (tenant, p, lo, rid);
create index ix_num_hi on fhir.ix_num (tenant, p, hi, rid) where hi <> lo;

-- Strings, folded (no case, no accents); `exact` is the text as written where it differs.
create table fhir.ix_str (
  tenant int4 not null,
  p int8 not null,
  rid int8 not null,
  s text collate "C" not null,
  exact text collate "C",
  first boolean not null,
  last boolean not null,
  since xid8 not null default pg_current_xact_id(),
  until xid8
);
create index ix_str_s on fhir.ix_str (tenant, p, s, rid);
create index ix_str_rid on fhir.ix_str (tenant, p, rid, until);

-- When which transactions were running: how old a retired row is.
create table fhir.moment (
  at timestamptz primary key default now(),
  horizon xid8 not null default pg_snapshot_xmin(pg_current_snapshot())
);

-- Rows retired before this transaction may be gone: older page links have ended.
create table fhir.swept (
  one boolean primary key default true check (one),
  horizon xid8 not null
);

create index live_retired on fhir.live (until) where until is not null;
create index ix_retired on fhir.ix (until) where until is not null;
create index ix_date_retired on fhir.ix_date (until) where until is not null;
create index ix_num_retired on fhir.ix_num (until) where until is not null;
create index ix_str_retired on fhir.ix_str (until) where until is not null;

-- Refuses the whole statement when a resource is not in the version its writer saw.
create function fhir.require_written(wanted bigint, written bigint) returns void language plpgsql as $$
begin
  if wanted <> written then
    raise exception 'a resource was changed by another request' using errcode = 'serialization_failure';
  end if;
end $$;

do $$
declare name text;
begin
  foreach name in array array['resource', 'version', 'live', 'ix', 'ix_date', 'ix_num', 'ix_str'] loop
    execute format('alter table fhir.%I enable row level security', name);
    execute format('alter table fhir.%I force row level security', name);
    execute format(
      'create policy tenant on fhir.%I using (tenant = nullif(current_setting(''weft.tenant'', true), '''')::int4)', name);
    execute format('alter table fhir.%I set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02)', name);
  end loop;
end $$;

grant usage on schema fhir to weft_app;
grant usage on sequence fhir.v to weft_app;
grant select, insert on fhir.version to weft_app;
grant select, insert, update on fhir.resource to weft_app;
grant select, insert, update, delete on fhir.live, fhir.ix, fhir.ix_date, fhir.ix_num, fhir.ix_str, fhir.moment, fhir.swept to weft_app;
grant execute on function fhir.require_written to weft_app;
