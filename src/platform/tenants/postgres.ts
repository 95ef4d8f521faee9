/** The tenants in platform.tenant. https://www.postgresql.org/docs/current/sql-insert.html */
import { Problem } from '../../kernel/problem.ts'
import { type Database, WriteConflict } from '../database/port.ts'
import type { Tenant, TenantRegister, TenantSettings } from './port.ts'

type Row = { id: number; name: string; validation: TenantSettings['validation'] | null }

/** The table belongs to no tenant: asked as nobody. */
const nobody = 0

export function postgresTenants(database: Database): TenantRegister {
  return {
    async settings(tenant) {
      const text = 'select id, name, validation from platform.tenant where id = $1'
      const [row] = await database.query<Row>(nobody, { name: 'tenant_settings', text, values: [tenant] })
      return row ? tenantOf(row).settings : {}
    },
    async list() {
      const rows = await database.query<Row>(nobody, {
        text: 'select id, name, validation from platform.tenant order by id',
      })
      return rows.map(tenantOf)
    },
    async add(name, id) {
      const text = `insert into platform.tenant (id, name)
        select coalesce($2::int4, max(id) + 1, 1), $1 from platform.tenant returning id, name, validation`
      try {
        const [row] = await database.query<Row>(nobody, { text, values: [name, id] })
        return tenantOf(row as Row)
      } catch (error) {
        if (!(error instanceof WriteConflict)) throw error
        throw new Problem('conflict', 'There is a tenant of this name or number already', { cause: error })
      }
    },
    async change(tenant, settings) {
      if (!('validation' in settings)) return
      const text = 'update platform.tenant set validation = $2 where id = $1'
      await database.query(nobody, { text, values: [tenant, settings.validation ?? null] })
    },
  }
}

const tenantOf = ({ id, name, validation }: Row): Tenant => ({
  id,
  name,
  settings: { validation: validation ?? undefined },
})
