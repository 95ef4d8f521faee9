-- Page links whose snapshot does not see this transaction have ended: it made rows of an index again. The horizon cannot say
-- so: a snapshot of afterwards stands before it for as long as any older transaction goes on.
alter table fhir.swept add made_again xid8;
