-- Mechanics of the IHE gateway; no record and no document is kept here.
create schema ihe_gateway;

-- Which NHS number an identifier of a community's EHR stands for.
create table ihe_gateway.identifier (
  tenant     int4 not null,
  community  text not null,
  root       text not null,
  extension  text not null,
  nhs_number text not null,
  learnt_at  timestamptz not null default now(),
  primary key (tenant, community, root, extension)
);
create index identifier_patient on ihe_gateway.identifier (tenant, community, nhs_number);

-- What was offered to whom, and what the bytes were when they were first retrieved.
create table ihe_gateway.document (
  tenant        int4 not null,
  unique_id     text not null,
  entry_uuid    text not null,
  offer         text not null check (offer in ('on-demand', 'delayed')),
  community     text not null,
  organisation  text not null,
  nhs_number    text not null,
  offered_at    timestamptz not null,
  deprecated    boolean not null default false,
  creation_time timestamptz,
  hash          text,
  size          int4,
  primary key (tenant, unique_id)
);
create index document_patient on ihe_gateway.document (tenant, community, organisation, nhs_number);
create index document_entry on ihe_gateway.document (tenant, entry_uuid);
-- Two requests at a time may both find that nothing is offered yet.
create unique index document_offered on ihe_gateway.document (tenant, community, organisation, nhs_number, offer) where not deprecated;

-- Keys of assertions and messages that must not come twice, by the hash of what they say.
create table ihe_gateway.seen (
  tenant int4 not null,
  key    bytea not null,
  until  timestamptz not null,
  primary key (tenant, key)
);
create index seen_until on ihe_gateway.seen (until);

-- Every request to the gateway. Written once; only the message says who the patient was.
create table ihe_gateway.transaction (
  tenant        int4 not null,
  id            uuid not null,
  at            timestamptz not null,
  name          text not null,
  message_id    text,
  community     text,
  outcome       text not null,
  ok            boolean not null,
  duration_ms   int4 not null,
  audit_message text not null,
  primary key (tenant, id)
);
create index transaction_at on ihe_gateway.transaction (tenant, at desc);

do $$
declare name text;
begin
  foreach name in array array['identifier', 'document', 'seen', 'transaction'] loop
    execute format('alter table ihe_gateway.%I enable row level security', name);
    execute format('alter table ihe_gateway.%I force row level security', name);
    execute format(
      'create policy tenant on ihe_gateway.%I using (tenant = nullif(current_setting(''weft.tenant'', true), '''')::int4)', name);
  end loop;
end $$;

grant usage on schema ihe_gateway to weft_app;
grant select, insert, update on ihe_gateway.identifier, ihe_gateway.document to weft_app;
grant select, insert, update, delete on ihe_gateway.seen to weft_app;
grant select, insert on ihe_gateway.transaction to weft_app;
