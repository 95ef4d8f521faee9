/** SQL until somebody runs it. The first value is the tenant. */
export type CompiledSearch = {
  readonly text: string
  readonly values: readonly unknown[]
  /** There is only one way to run it, whatever the values: it can be planned once and kept. */
  readonly fixed: boolean
  /** A row from its columns, where the text always has the same. */
  readonly row?: ((columns: readonly (string | null)[]) => unknown) | undefined
}
