import type { OutcomeIssue, Resource } from '../types.ts'

/** The resource whose rules are being checked, and the one that holds what it refers to by `#id`. */
export type Scope = {
  readonly resource: Resource
  /** The same, save for a contained resource. */
  readonly root: Resource
  readonly isContained: boolean
  /** Ids of the root's contained resources, with their types. */
  readonly contained: ReadonlyMap<string, string> | undefined
  /** What was referred to as `#id` from anywhere within the root. */
  readonly mentioned: Set<string>
  /** Which contained resources (by index) refer to their container as `#`. */
  readonly pointingUp: Set<number>
  /** Ids of elements, made when there is one. */
  elementIds: Set<string> | undefined
}

/** One validation under way. The path lies in two flat arrays, and becomes text only for an issue. */
export type Run = {
  readonly names: string[]
  /** -1 where the element does not repeat. */
  readonly indices: number[]
  depth: number
  readonly found: Found[]
  scope: Scope
}

/** An issue, with the names on its path: an outer invariant that speaks of one of them has nothing to add. */
export type Found = {
  readonly severity: 'error' | 'warning'
  readonly code: string
  readonly diagnostics: string
  readonly expression: string
  readonly names: readonly string[]
}

/** At the element now being walked, or at its child `name`. */
export function report(run: Run, code: string, diagnostics: string, name?: string, index = -1): void {
  add(run, 'error', code, diagnostics, name, index)
}

export function warn(run: Run, code: string, diagnostics: string): void {
  add(run, 'warning', code, diagnostics, undefined, -1)
}

function add(
  run: Run,
  severity: Found['severity'],
  code: string,
  diagnostics: string,
  name: string | undefined,
  index: number,
): void {
  if (run.found.length > maxIssues) return
  const names = run.names.slice(0, run.depth)
  let expression = ''
  for (let level = 0; level < run.depth; level++) {
    const at = run.indices[level] as number
    expression += `${level > 0 ? '.' : ''}${run.names[level]}${at >= 0 ? `[${at}]` : ''}`
  }
  if (name !== undefined) {
    names.push(name)
    expression += `.${name}${index >= 0 ? `[${index}]` : ''}`
  }
  if (run.found.length === maxIssues) {
    code = 'incomplete'
    diagnostics = `There are more than ${maxIssues} issues: the rest is left out`
  }
  run.found.push({ severity, code, diagnostics, expression, names })
}

/** An outcome is read by people; what breaks more rules than this is not what it was taken for. */
const maxIssues = 1000

export function toIssue({ severity, code, diagnostics, expression }: Found): OutcomeIssue {
  return { severity, code, diagnostics, expression: [expression] }
}
