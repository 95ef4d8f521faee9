-- What a tenant has decided about resources that break rules; null: as the server's settings say. weft_app reads it and
-- may not change it: whoever gets hold of a server cannot switch its checks off.
alter table platform.tenant add column validation text check (validation in ('refuse', 'warn'));
