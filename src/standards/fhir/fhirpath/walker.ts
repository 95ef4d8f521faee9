import type { Ast } from './ast.ts'
import { pushOwn, type Alternative, type Model } from './navigate.ts'
import { resolveType, typeSpecifierOf } from './type-names.ts'
import type { TypedValue } from './typed-value.ts'

/**
 * What a plain path leads to from an object. Plain is a path of element names, each followed by `ofType`
 * or `as` at most: nine in ten search parameters, and most of what invariants ask.
 */
export type Walker = (from: unknown) => TypedValue[]

/** For each step the JSON properties that may hold the element. */
export type PlainPath = readonly (readonly Alternative[])[]

/** The elements of a plain path from `type` on; undefined when the expression is anything else, or needs the whole engine. */
export function plainPath(ast: Ast, type: string, model: Model, strict: boolean): PlainPath | undefined {
  const steps = stepsOf(ast, { type, model, strict })
  if (!steps || steps.length === 0) return undefined
  const isWalkable = steps.every(
    (alternatives, index) =>
      alternatives.length <= maximumAlternatives &&
      alternatives.every((one) => !one.isResource && (one.companion === undefined || index === steps.length - 1)),
  )
  return isWalkable ? steps : undefined
}

/** Looking for each of an Extension's fifty values takes longer than looking at what is there. */
const maximumAlternatives = 12

type From = { readonly type: string; readonly model: Model; readonly strict: boolean }

function stepsOf(ast: Ast, from: From): (readonly Alternative[])[] | undefined {
  const { model } = from
  if (ast.kind === 'this') return []
  if (ast.kind === 'member') {
    if (!ast.target && !model.alternatives(from.type, ast.name))
      return model.definitions.isSubtype(from.type, ast.name) ? [] : undefined
    const before = ast.target ? stepsOf(ast.target, from) : []
    if (!before) return undefined
    const types = before.length === 0 ? [from.type] : (before.at(-1) ?? []).map((one) => one.type)
    if (types.length !== 1) return undefined
    const alternatives = model.alternatives(types[0] ?? '', ast.name)
    if (!alternatives) return undefined
    before.push(alternatives)
    return before
  }
  const narrowing = narrowingOf(ast, from)
  if (!narrowing) return undefined
  const before = stepsOf(narrowing.operand, from)
  const last = before?.at(-1)
  if (!before || !last) return undefined
  const kept = last.filter((one) => one.type === narrowing.type)
  if (kept.length !== 1) return undefined
  before[before.length - 1] = kept
  return before
}

/** `x.ofType(T)`, and where strictness does not hold it to one item, `x.as(T)` and `x as T`. */
function narrowingOf(ast: Ast, { model, strict }: From): { operand: Ast; type: string } | undefined {
  if (ast.kind === 'type' && ast.operator === 'as' && !strict)
    return { operand: ast.operand, type: resolveType(ast.type, model.definitions) }
  if (ast.kind !== 'call' || ast.args.length !== 1 || !ast.target) return undefined
  if (ast.name === 'ofType' || (ast.name === 'as' && !strict))
    return { operand: ast.target, type: resolveType(typeSpecifierOf(ast.args[0]), model.definitions) }
  return undefined
}

const walkers = new Map<string, Walker>()

/** One walk for all expressions that take it. There are as many as R4 has paths that are asked for, and no more. */
export function walkerFor(path: PlainPath): Walker {
  const key = path.map((step) => step.map(({ property, type }) => `${property}:${type}`).join('|')).join('/')
  const known = walkers.get(key)
  if (known) return known
  const walker = buildWalker(path)
  walkers.set(key, walker)
  return walker
}

/**
 * The walk as JavaScript of its own. Property names that stand in the code are read several times faster than names held
 * in a variable, which is all that closures can do (bench/fhirpath.ts). Only names of R4's definitions get here, and
 * each is checked to be a plain name: nothing that a user writes becomes code.
 */
function buildWalker(steps: PlainPath): Walker {
  const functions = steps.map((alternatives, index) => {
    const isLast = index === steps.length - 1
    const body = alternatives.map((one, number) => (isLast ? leafCode(one, index, number) : innerCode(one, index)))
    return `function step${index}(from, found) {\n${body.join('\n')}\n}`
  })
  const make = new Function(
    'leaves',
    'pushOwn',
    `'use strict'\n${functions.join('\n')}\nreturn (from) => {\n  const found = []\n  if (typeof from === 'object' && from !== null) step0(from, found)\n  return found\n}`,
  ) as (leaves: readonly Alternative[], pushOther: typeof pushOwn) => Walker
  return make(steps.at(-1) ?? [], pushOwn)
}

function innerCode({ property }: Alternative, index: number): string {
  const next = `step${index + 1}`
  return `{
  const value = from.${plain(property)}
  if (typeof value === 'object' && value !== null) {
    if (Array.isArray(value)) {
      for (let i = 0; i < value.length; i++) {
        const one = value[i]
        if (typeof one === 'object' && one !== null) ${next}(one, found)
      }
    } else ${next}(value, found)
  }
}`
}

function leafCode({ property, companion, type }: Alternative, index: number, number: number): string {
  const made = (value: string, at: string) =>
    `{ type: ${JSON.stringify(type)}, value: ${value}, companion: undefined, parent: undefined, property: '${plain(property)}', index: ${at} }`
  const fast = `if (Array.isArray(value${index})) {
    for (let i = 0; i < value${index}.length; i++) {
      const one = value${index}[i]
      if (one !== null && one !== undefined) found.push(${made('one', 'i')})
    }
  } else if (value${index} !== null) found.push(${made(`value${index}`, '-1')})`
  // Extensions of a primitive are rare: they go the general way.
  const guarded =
    companion === undefined
      ? `if (value${index} !== undefined) ${fast}`
      : `if (from.${plain(companion)} !== undefined) pushOwn(found, from, leaves[${number}])
  else if (value${index} !== undefined) ${fast}`
  return `{
  const value${index} = from.${plain(property)}
  ${guarded}
}`
}

function plain(name: string): string {
  if (!/^_?[a-zA-Z][a-zA-Z0-9]*$/.test(name)) throw new Error(`not an element's name: ${name}`)
  return name
}
