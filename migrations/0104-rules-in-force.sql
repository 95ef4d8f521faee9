-- By which rules the index goes, once more, for searches: fhir.index_rules is locked against all who read it while rows are
-- made again, and a search must neither wait for that nor be waited for. docs/decisions/0008-index-rules.md

create table fhir.rules_in_force (
  tenant int4 primary key,
  rules text not null
);
insert into fhir.rules_in_force select tenant, rules from fhir.index_rules;

-- By a trigger, so that a server of an earlier version that puts its own in force is noticed too.
create function fhir.note_rules_in_force() returns trigger language plpgsql as $$
begin
  insert into fhir.rules_in_force (tenant, rules) values (new.tenant, new.rules)
    on conflict (tenant) do update set rules = excluded.rules;
  return null;
end $$;
create trigger rules_in_force after insert or update of rules on fhir.index_rules
  for each row execute function fhir.note_rules_in_force();

-- Refuses the whole statement when the index goes by other rules than it was written for. Stable, so that a condition with it
-- is asked once and first: asked of each row that is found, it would not be asked where none is. Parallel safe: it would else
-- keep every search from being run in parallel.
create function fhir.refuse_other_rules() returns boolean language plpgsql stable parallel safe as $$
begin
  raise exception 'the search index goes by other rules' using errcode = 'WEFT1';
end $$;

grant select, insert, update on fhir.rules_in_force to weft_app;
grant execute on function fhir.refuse_other_rules to weft_app;
