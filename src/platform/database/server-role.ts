/**
 * Row level security holds only for a role that owns no table and may not bypass it: a server that connects as
 * anything else is refused, with the statement that mends it.
 * https://www.postgresql.org/docs/current/ddl-rowsecurity.html
 */
import type pg from 'pg'
import { Problem } from '../../kernel/problem.ts'
import { applicationRole } from './migrate.ts'

export type RoleFacts = {
  role: string
  superuser: boolean
  bypassrls: boolean
  /** Roles other than itself whose rights it has and who own tables here; itself when it owns some. */
  owners: string[]
  /** Of the application role; true also where a database that was never migrated does not know it. */
  member: boolean
}

export async function checkServerRole(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<RoleFacts>(factsQuery, [applicationRole])
  const refusal = rows[0] && refuseRole(rows[0])
  if (refusal) throw new Problem('forbidden', refusal)
}

/** Undefined where the role may serve. */
export function refuseRole({ role, superuser, bypassrls, owners, member }: RoleFacts): string | undefined {
  const name = quote(role)
  const another = `create role weft_server login password '…' in role ${applicationRole};  -- and name it in DATABASE_URL`
  if (superuser)
    return `DATABASE_URL signs in as ${role}, a superuser, whom row level security does not hold:\n  ${another}`
  if (bypassrls)
    return `DATABASE_URL signs in as ${role}, who may bypass row level security:\n  alter role ${name} nobypassrls;`
  if (owners.includes(role)) return `DATABASE_URL signs in as ${role}, who owns tables:\n  ${another}`
  const owner = owners[0]
  if (owner !== undefined)
    return `DATABASE_URL signs in as ${role}, a member of ${owner}, who owns tables:\n  revoke ${quote(owner)} from ${name};`
  if (!member)
    return `DATABASE_URL signs in as ${role}, who was granted nothing:\n  grant ${applicationRole} to ${name};`
  return undefined
}

const quote = (name: string) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`)

const factsQuery = `
  select r.rolname as role, r.rolsuper as superuser,
    exists (select from pg_roles b where b.rolbypassrls and pg_has_role(r.oid, b.oid, 'member')) as bypassrls,
    coalesce((select bool_or(pg_has_role(r.oid, a.oid, 'member')) from pg_roles a where a.rolname = $1), true) as member,
    array(
      select distinct o.rolname::text from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        join pg_roles o on o.oid = c.relowner
      where c.relkind in ('r', 'p', 'v', 'm', 'S') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
        and pg_has_role(r.oid, o.oid, 'member')
      union
      select o.rolname::text from pg_namespace n join pg_roles o on o.oid = n.nspowner
      where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'public') and pg_has_role(r.oid, o.oid, 'member')
    ) as owners
  from pg_roles r where r.rolname = current_user`
