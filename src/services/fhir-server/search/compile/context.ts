import type { SearchParameter, SearchParameters } from '../parameters.ts'
import type { Term } from '../term.ts'

/** What compiling a search has at hand; `bind` turns a value into a placeholder. */
export type Context = {
  readonly parameters: SearchParameters
  /** This server's own address, with a slash at its end. */
  readonly base: string
  readonly now: Date
  bind(value: unknown): string
  /** A name for a table that nothing else has. */
  alias(): string
  /** The row holds now, or held in the snapshot that a page link names. */
  alive(alias: string): string
  /** The version is that of now, or of the snapshot. */
  visible(alias: string): string
  /** `select rid` of those resources that every term holds for, each once. */
  matches(types: readonly string[], terms: readonly Term[]): string
  /** The same, but some of them may come several times where `unique` is false. */
  gather(types: readonly string[], terms: readonly Term[]): { readonly text: string; readonly unique: boolean }
  /** A condition for the outermost query: the rules that this is compiled by are in force. */
  underRules(): string
  /** This statement is to be planned for its values. */
  free(): void
  /** Rows tell number and time of the version. */
  readonly stamps: boolean
  /** Terms that were found to match so much that another way is better. */
  readonly dense: ReadonlySet<Term>
}

/** Where the resources are that a term matches: a FROM item, a condition and the column that names the resource. */
export type Finder = {
  readonly from: string
  readonly where: string
  readonly rid: string
  /** Each resource is found at most once. */
  readonly unique: boolean
  /** The term holds for all others. */
  readonly negated?: boolean
  /** Small for what is most likely to match few: where a search begins. Up to `few` it surely does. */
  readonly rank: number
  /** Asking it about one resource costs as much as asking for all. */
  readonly asWhole?: boolean
  /** How one resource is asked about its values: all its rows first, then the condition. */
  readonly ofOne?: { readonly alias: string; readonly rows: string; readonly condition: string }
  /** What it finds is of one patient or the like: few enough to be held as an array. */
  readonly holdable?: boolean
  /** Looked up by an index that ends with the resource: asked about an array of them, it goes along that index once. */
  readonly alongIndex?: boolean
}

/** The greatest rank of what one may begin with without knowing how much it matches: an id, a reference. */
export const few = 1

/** The tenant is the first value of every statement. */
export const tenant = '$1::int4'

/** The names under which a parameter's values are indexed, for each type searched. */
export function indexesOf(parameter: SearchParameter, types: readonly string[], context: Context): string[] {
  const all = types.length === 0 ? context.parameters.resourceTypes : types
  const found = all.flatMap((type) => context.parameters.of(type).get(parameter.code)?.index ?? [])
  return [...new Set(found)]
}

export type MatchTerm = Extract<Term, { kind: 'match' }>
/** Compiles the values of one parameter type. */
export type Compile = (term: MatchTerm, indexes: readonly string[], context: Context) => Finder

/** `column = $n` or `column = any($n)`. */
export function equalsAny(
  column: string,
  values: readonly (bigint | string)[],
  type: string,
  context: Context,
): string {
  const distinct = [...new Set(values.map(String))]
  if (distinct.length === 1) return `${column} = ${context.bind(distinct[0])}::${type}`
  return `${column} = any(${context.bind(distinct)}::${type}[])`
}

/** The resources that have one of these hashes. */
export function hashFinder(hashes: readonly bigint[], rank: number, context: Context): Finder {
  const t = context.alias()
  const where = `${t}.tenant = ${tenant} and ${equalsAny(`${t}.h`, hashes, 'int8', context)} and ${context.alive(t)}`
  return {
    from: `fhir.ix ${t}`,
    where,
    rid: `${t}.rid`,
    unique: new Set(hashes).size === 1,
    rank,
    alongIndex: true,
  }
}

/** The resources with an ordered value of the parameter for which one of the conditions holds. */
export function valueFinder(
  table: 'ix_date' | 'ix_num' | 'ix_str',
  keys: readonly bigint[],
  condition: (alias: string) => string,
  rank: number,
  context: Context,
): Finder {
  const t = context.alias()
  const p = equalsAny(`${t}.p`, keys, 'int8', context)
  const rows = `${t}.tenant = ${tenant} and ${p} and ${context.alive(t)}`
  const ofOne = { alias: t, rows, condition: condition(t) }
  const where = `${rows} and (${ofOne.condition})`
  return { from: `fhir.${table} ${t}`, where, rid: `${t}.rid`, unique: false, rank, ofOne }
}
