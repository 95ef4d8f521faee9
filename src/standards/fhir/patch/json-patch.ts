import { Problem } from '../../../kernel/problem.ts'
import { isRawNumber } from '../json.ts'
import { deepEqual } from '../fhirpath/equality.ts'
import { effort, type Spend } from './limits.ts'
import { appendToken, parsePointer, pointerText, type Pointer } from './json-pointer.ts'

/**
 * A document with a JSON Patch applied: every operation or none. The document given is not changed. A Problem names the
 * operation and its pointer: `invalid` for a patch that cannot be, `conflict` for a `test` that does not hold.
 * https://www.rfc-editor.org/rfc/rfc6902
 */
export function applyJsonPatch(document: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw new Problem('invalid', 'A JSON Patch is an array of operations', { at: '$this' })
  const spend = effort()
  return patch.reduce(
    (current: unknown, operation: unknown, index) => apply(current, operation, index, spend),
    document,
  )
}

type Apply = (document: unknown, operation: Operation) => unknown

/** An operation's members, each of which is there when it is asked for. */
type Operation = {
  readonly path: Pointer
  from(): Pointer
  value(): unknown
  readonly spend: Spend
}

const operations: ReadonlyMap<string, Apply> = new Map<string, Apply>([
  ['add', (document, { path, value, spend }) => add(document, path, value(), spend)],
  ['remove', (document, { path, spend }) => remove(document, path, spend)],
  ['replace', (document, { path, value, spend }) => replace(document, path, value(), spend)],
  ['move', move],
  ['copy', (document, { path, from, spend }) => add(document, path, get(document, from()), spend)],
  ['test', verify],
])

function apply(document: unknown, json: unknown, index: number, spend: Spend): unknown {
  const operation = isObject(json) ? json : {}
  const name = operation.op
  const carryOut = typeof name === 'string' ? operations.get(name) : undefined
  if (!carryOut)
    throw new Problem('invalid', `Operation ${index} of the JSON Patch has no known op`, { at: `$this[${index}].op` })
  const pointer = (member: 'path' | 'from') => {
    const text = operation[member]
    const parsed = typeof text === 'string' ? parsePointer(text) : undefined
    if (!parsed)
      throw new Problem('invalid', `Operation ${index} of the JSON Patch (${name}): ${member} is no JSON Pointer`, {
        at: `$this[${index}].${member}`,
      })
    return parsed
  }
  const path = pointer('path')
  try {
    return carryOut(document, {
      path,
      spend,
      from: () => pointer('from'),
      value() {
        if (operation.value === undefined) throw new Problem('invalid', 'value is missing')
        return operation.value
      },
    })
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem
    const place = `Operation ${index} of the JSON Patch (${name} ${pointerText(path.slice(0, shownTokens)) || 'the whole'})`
    throw new Problem(problem.kind, `${place}: ${problem.message}`, {
      at: elementPath(document, path.slice(0, shownTokens)),
      code: problem.code,
    })
  }
}

/** A pointer that leads deeper than any resource is not repeated whole. */
const shownTokens = 40

function move(document: unknown, { path, from, spend }: Operation): unknown {
  const source = from()
  const value = get(document, source)
  if (path.length > source.length && source.every((token, index) => token === path[index]))
    throw new Problem('invalid', 'nothing moves into itself')
  return add(remove(document, source, spend), path, value, spend)
}

function verify(document: unknown, { path, value }: Operation): unknown {
  if (!deepEqual(get(document, path), value())) throw new Problem('conflict', 'the value is another')
  return document
}

function get(document: unknown, pointer: Pointer): unknown {
  let value = document
  for (const token of pointer) value = member(value, token)
  return value
}

function add(document: unknown, pointer: Pointer, value: unknown, spend: Spend): unknown {
  return within(document, pointer, value, spend, (container, token) => {
    if (!Array.isArray(container)) return { ...container, [token]: value }
    const index = token === appendToken ? container.length : arrayIndex(token, container.length)
    return container.toSpliced(index, 0, value)
  })
}

function replace(document: unknown, pointer: Pointer, value: unknown, spend: Spend): unknown {
  return within(document, pointer, value, spend, (container, token) => {
    member(container, token)
    return Array.isArray(container) ? container.with(Number(token), value) : { ...container, [token]: value }
  })
}

function remove(document: unknown, pointer: Pointer, spend: Spend): unknown {
  return within(document, pointer, undefined, spend, (container, token) => {
    member(container, token)
    if (Array.isArray(container)) return container.toSpliced(Number(token), 1)
    return Object.fromEntries(Object.entries(container).filter(([key]) => key !== token))
  })
}

type Container = Record<string, unknown> | unknown[]

/** The document with the container that the pointer ends in changed; everything beside the way there is shared. */
function within(
  document: unknown,
  pointer: Pointer,
  whole: unknown,
  spend: Spend,
  change: (container: Container, token: string) => Container,
  from = 0,
): unknown {
  const token = pointer[from]
  if (token === undefined) return whole
  if (!isContainer(document)) throw new Problem('invalid', `there is nothing with a member ${token}`)
  spend(copyingCost(document))
  if (from === pointer.length - 1) return change(document, token)
  const inner = within(member(document, token), pointer, whole, spend, change, from + 1)
  return Array.isArray(document) ? document.with(Number(token), inner) : { ...document, [token]: inner }
}

/** An object of many members is a hash table, which is dear to copy. */
function copyingCost(container: Container): number {
  if (Array.isArray(container)) return 20 + container.length
  const members = Object.keys(container).length
  return 20 + (members <= 100 ? members : 50 * members)
}

function member(container: unknown, token: string): unknown {
  if (Array.isArray(container)) return container[arrayIndex(token, container.length - 1)]
  if (isContainer(container) && Object.hasOwn(container, token)) return (container as Record<string, unknown>)[token]
  throw new Problem('invalid', `there is no ${token}`)
}

function arrayIndex(token: string, last: number): number {
  if (!/^(0|[1-9]\d{0,8})$/.test(token) || Number(token) > last)
    throw new Problem('invalid', `there is no item ${token}`)
  return Number(token)
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isContainer = (value: unknown): value is Container =>
  typeof value === 'object' && value !== null && !isRawNumber(value)

/** `/name/0/given` of a Patient is `Patient.name[0].given`. */
function elementPath(document: unknown, pointer: Pointer): string {
  const root = isObject(document) && typeof document.resourceType === 'string' ? document.resourceType : '$this'
  return root + pointer.map((token) => (/^\d+$/.test(token) ? `[${token}]` : `.${token}`)).join('')
}
