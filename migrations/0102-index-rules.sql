-- By which rules the search index is made, and how far each tenant's is: docs/decisions/0008-index-rules.md.

-- `rules` stands for all of it: a write of the tenant is kept only when its index rows were made by these.
create table fhir.index_rules (
  tenant int4 primary key,
  rules text not null,
  -- The server's address when the rows were made: a reference that begins with it is a local one.
  base text not null,
  -- Name of the index -> fingerprint of its rule, and the round in which that rule came in force.
  parameters jsonb not null,
  -- The greatest round ever given: none comes twice.
  round int4 not null
);

-- What each tenant has: the rows of the type are whole for every index up to this round. While they are made again,
-- `goal` is the round they are made for, and those of resources up to `reached` are made.
create table fhir.index_state (
  tenant int4 not null,
  type text collate "C" not null,
  round int4 not null,
  goal int4,
  reached int8 not null default 0,
  -- Rows of earlier rounds, which nothing finds any more, are still to be removed.
  leftovers boolean not null default false,
  primary key (tenant, type)
);

grant select, insert, update on fhir.index_rules, fhir.index_state to weft_app;

-- Rows that were made before rules were written down: nobody knows by which. As the owner, of every tenant.
alter table fhir.resource no force row level security;
insert into fhir.index_state (tenant, type, round) select distinct tenant, type, -1 from fhir.resource;
alter table fhir.resource force row level security;
