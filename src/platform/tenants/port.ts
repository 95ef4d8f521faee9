import type { ValidationPolicy } from '../../standards/fhir/validation/policy.ts'

/** What a tenant has decided for itself; what is absent is as the server's settings say. */
export type TenantSettings = { readonly validation?: ValidationPolicy | undefined }

export type Tenants = { settings(tenant: number): Promise<TenantSettings> }

export type Tenant = { readonly id: number; readonly name: string; readonly settings: TenantSettings }

/** For operators: connected as the role that owns the tables. The server's role may only read. */
export type TenantRegister = Tenants & {
  /** By id. */
  list(): Promise<Tenant[]>
  /** Throws Problem('conflict') where name or id are taken. */
  add(name: string, id?: number): Promise<Tenant>
  /** What is not named stays; undefined takes the tenant's word back. */
  change(tenant: number, settings: TenantSettings): Promise<void>
}
