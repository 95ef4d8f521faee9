/** SQL until somebody runs it. The first value is the tenant. */
export type CompiledSearch = { readonly text: string; readonly values: readonly unknown[] }
