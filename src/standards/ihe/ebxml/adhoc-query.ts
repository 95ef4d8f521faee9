import { Problem } from '../../../kernel/problem.ts'
import type { ParsedElement } from '../../xml/read.ts'
import { attribute, childNamed, childrenNamed, textOf } from '../../xml/select.ts'
import { query, rim } from './names.ts'

/** A stored query as it was asked. ITI TF-2 3.18.4.1.2 */
export type AdhocQuery = {
  readonly id: string
  /** The community asked: `urn:oid:…`. */
  readonly home: string | undefined
  readonly returnType: 'LeafClass' | 'ObjectRef'
  /** A parameter's Slots, each a list of values. Slots of one name mean AND, values of one Slot OR. */
  readonly parameters: ReadonlyMap<string, readonly (readonly string[])[]>
}

export function readAdhocQueryRequest(request: ParsedElement): AdhocQuery {
  const adhoc = childNamed(request, rim, 'AdhocQuery')
  if (!adhoc) throw new Problem('invalid', 'AdhocQueryRequest has no AdhocQuery', { at: 'AdhocQueryRequest' })
  const returnType = attribute(childNamed(request, query, 'ResponseOption'), 'returnType') ?? 'LeafClass'
  if (returnType !== 'LeafClass' && returnType !== 'ObjectRef')
    throw new Problem('invalid', 'returnType is neither LeafClass nor ObjectRef', { at: 'ResponseOption/@returnType' })
  const parameters = new Map<string, (readonly string[])[]>()
  for (const slot of childrenNamed(adhoc, rim, 'Slot')) {
    const name = attribute(slot, 'name') ?? ''
    const list = childNamed(slot, rim, 'ValueList')
    const values = (list ? childrenNamed(list, rim, 'Value') : []).flatMap((value) => readValue(textOf(value), name))
    parameters.set(name, [...(parameters.get(name) ?? []), values])
  }
  return {
    id: (attribute(adhoc, 'id') ?? '').trim(),
    home: attribute(adhoc, 'home')?.trim() || undefined,
    returnType,
    parameters,
  }
}

/**
 * `'a'`, `('a','b')` or a number, with `''` for a quote: ITI TF-2 3.18.4.1.2.3.5.
 * A bare word is taken as it stands, since there are senders that forget the quotes.
 */
export function readValue(text: string, parameter: string): string[] {
  const trimmed = text.trim()
  const listed = /^\((.*)\)$/s.exec(trimmed)
  if (!listed && trimmed.startsWith('(')) throw badValue(parameter)
  if (!listed) return [trimmed.startsWith("'") ? unquote(trimmed, parameter) : trimmed]
  const values: string[] = []
  const one = /\s*('(?:[^']|'')*'|[^',\s][^',]*)\s*(,|$)/gy
  const inner = listed[1]!
  while (one.lastIndex < inner.length) {
    const found = one.exec(inner)
    if (!found) throw badValue(parameter)
    values.push(found[1]!.startsWith("'") ? unquote(found[1]!, parameter) : found[1]!.trim())
    if (found[2] === '') break
  }
  if (values.length === 0) throw badValue(parameter)
  return values
}

function unquote(text: string, parameter: string): string {
  if (!/^'(?:[^']|'')*'$/s.test(text)) throw badValue(parameter)
  return text.slice(1, -1).replaceAll("''", "'")
}

const badValue = (parameter: string) =>
  new Problem(
    'invalid',
    `The value of ${/^\$[A-Za-z]{1,60}$/.test(parameter) ? parameter : 'a parameter'} is not written as a stored query's values are`,
    {
      code: { xds: 'XDSRegistryError' },
    },
  )
