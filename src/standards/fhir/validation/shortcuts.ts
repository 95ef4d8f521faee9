import type { Definitions } from '../definitions/definitions.ts'
import { breadthShortcuts, type Shortcut } from './breadth-shortcuts.ts'

/** Plain code for an invariant's expression; none for most. shortcuts.test.ts holds each against FHIRPath. */
export function shortcutFor(expression: string, type: string, definitions: Definitions): Shortcut | undefined {
  return byExpression.get(expression) ?? presence(expression, type, definitions)
}

const byExpression = new Map<string, Shortcut>([
  // ext-1
  ['extension.exists() != value.exists()', (node) => exists(node['extension']) !== hasValue(node)],
  // per-1: texts of one form compare as they sort.
  [
    'start.hasValue().not() or end.hasValue().not() or (start <= end)',
    ({ start, end }) => {
      if (start === undefined || end === undefined) return true
      if (typeof start !== 'string' || typeof end !== 'string' || start.length !== end.length) return undefined
      return start.slice(19) === end.slice(19) ? start <= end : undefined
    },
  ],
  ...breadthShortcuts,
])

function hasValue(node: Record<string, unknown>): boolean {
  for (const key in node) if (key.startsWith('value') || key.startsWith('_value')) return true
  return false
}

const exists = (value: unknown) => (Array.isArray(value) ? value.length > 0 : value !== undefined)

/** `a.empty() or b.exists() or …`: the form of most invariants on data types (qty-3, att-1, cpt-2, pat-1, obs-6 …). */
function presence(expression: string, type: string, definitions: Definitions): Shortcut | undefined {
  const terms = expression.split(/\s+or\s+/).map((term) => /^(\w+)\.(empty|exists)\(\)$/.exec(term))
  const elements = definitions.type(type)?.elements
  const compiled: { keys: readonly string[]; wanted: boolean }[] = []
  for (const term of terms) {
    const element = term ? elements?.get(term[1] ?? '') : undefined
    if (!term || !element) return undefined
    const keys = [...element.properties].flatMap(([key, { code }]) =>
      definitions.type(code)?.kind === 'primitive' ? [key, `_${key}`] : [key],
    )
    compiled.push({ keys, wanted: term[2] === 'exists' })
  }
  return (node) => {
    for (const { keys, wanted } of compiled) {
      let found = false
      for (const key of keys)
        if (exists(node[key])) {
          found = true
          break
        }
      if (found === wanted) return true
    }
    return false
  }
}
