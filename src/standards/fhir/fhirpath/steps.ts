import { Problem } from '../../../kernel/problem.ts'
import { negated } from './arithmetic.ts'
import type { Ast } from './ast.ts'
import type { Types } from './functions/function.ts'
import { functions } from './functions/index.ts'
import { literalValue } from './literals.ts'
import { pushChildren, type Alternative, type Model } from './navigate.ts'
import { operatorNamed } from './operators.ts'
import { referencedType } from './references.ts'
import { single, singleInteger } from './singleton.ts'
import { sorted } from './sort.ts'
import type { Run } from './state.ts'
import { isExactlyOfType, isOfType, resolveType, typeSpecifierOf } from './type-names.ts'
import { fromBoolean, fromInteger, nothing, typedValue, type Collection, type TypedValue } from './typed-value.ts'
import { variableNamed } from './variables.ts'
import { plainPath, walkerFor, type PlainPath, type Walker } from './walker.ts'

/** What is known where an expression stands. */
export type Context = {
  readonly model: Model
  readonly strict: boolean
  readonly located: boolean
  readonly isFromStranger: boolean
  /** Of `$this`. */
  readonly types: Types
  readonly totalTypes: Types
}

export type Step = { readonly run: Run; readonly types: Types; readonly isUnordered: boolean }

/** A part of an expression with all that is below it; an `invalid` Problem where it makes no sense. */
export function compileStep(ast: Ast, context: Context): Step {
  const path = pathOf(ast, context)
  if (!path) return compileGeneral(ast, context)
  const [type] = context.types ?? []
  // Built when first used: many expressions are compiled and never asked.
  let walk: Walker | undefined
  let general: Run | undefined
  const run: Run = (state) => {
    const [item] = state.self
    if (state.self.length === 1 && item?.type === type && typeof item?.value === 'object') {
      walk ??= walkerFor(path)
      return walk(item.value)
    }
    general ??= compileGeneral(ast, context).run
    return general(state)
  }
  return step(
    run,
    path.at(-1)?.map((one) => one.type),
  )
}

/** The plain path that an expression is, if it is one and may be taken as one. */
export function pathOf(ast: Ast, { model, located, strict, types }: Context): PlainPath | undefined {
  const [type] = types ?? []
  return located || types?.length !== 1 || type === undefined ? undefined : plainPath(ast, type, model, strict)
}

function compileGeneral(ast: Ast, context: Context): Step {
  switch (ast.kind) {
    case 'literal': {
      const collection = [literalValue(ast)]
      return step(() => collection, [ast.type])
    }
    case 'empty':
      return step(() => nothing, [])
    case 'this':
      return step((state) => state.self, context.types)
    case 'index':
      return step((state) => fromInteger(state.index), ['System.Integer'])
    case 'total':
      return step((state) => state.total, context.totalTypes)
    case 'variable':
      return step(variableNamed(ast.name), undefined)
    case 'member':
      return compileMember(ast, context)
    case 'call':
      return compileCall(ast, context)
    case 'indexer':
      return compileIndexer(ast, context)
    case 'polarity':
      return compilePolarity(ast, context)
    case 'binary':
      return compileBinary(ast, context)
    case 'type':
      return compileType(ast.operator, ast.operand, resolveType(ast.type, context.model.definitions), context)
  }
}

const step = (run: Run, types: Types, isUnordered = false): Step => ({ run, types, isUnordered })

const self: Run = (state) => state.self

function target(ast: Ast | undefined, context: Context): Step {
  return ast ? compileStep(ast, context) : step(self, context.types)
}

function compileMember(ast: Ast & { kind: 'member' }, context: Context): Step {
  const { model } = context
  const { name } = ast
  const from = target(ast.target, context)
  const mayBeTypeName = ast.target === undefined && model.definitions.type(name) !== undefined
  const types = memberTypes(name, from.types, mayBeTypeName, context)
  let lastType = ''
  let lastAlternatives: readonly Alternative[] | undefined
  const run: Run = (state) => {
    const found: TypedValue[] = []
    for (const item of from.run(state)) {
      if (item.type !== lastType) {
        lastAlternatives = model.alternatives(item.type, name)
        lastType = item.type
      }
      if (lastAlternatives) pushChildren(found, item, lastAlternatives)
      else if (mayBeTypeName && isOfType(item, name, model.definitions)) found.push(item)
      else if (item.type === 'System.TypeInfo') pushTypeInfo(found, item, name)
    }
    return found
  }
  return step(run, types, from.isUnordered)
}

function pushTypeInfo(found: TypedValue[], item: TypedValue, name: string): void {
  const { namespace, name: typeName } = item.value as { namespace: string; name: string }
  if (name === 'namespace') found.push(typedValue('System.String', namespace))
  if (name === 'name') found.push(typedValue('System.String', typeName))
}

/** What an element of these types may be; in strict mode a Problem when none of them has it. */
function memberTypes(name: string, from: Types, mayBeTypeName: boolean, { model, strict }: Context): Types {
  if (from === undefined || from.includes('System.TypeInfo')) return undefined
  const found = new Set<string>()
  let isKnown = from.length === 0
  for (const type of from) {
    const alternatives = model.alternatives(type, name)
    if (alternatives) for (const alternative of alternatives) found.add(alternative.type)
    else if (mayBeTypeName && model.definitions.isSubtype(type, name)) found.add(type)
    else continue
    isKnown = true
  }
  if (strict && !isKnown) throw new Problem('invalid', `FHIRPath: ${from.join(', ')} has no element ${name}`)
  return found.has('Resource') || found.has('DomainResource') ? undefined : [...found]
}

const typeFunctions: ReadonlySet<string> = new Set(['is', 'as', 'ofType'])

function compileCall(ast: Ast & { kind: 'call' }, context: Context): Step {
  if (typeFunctions.has(ast.name) && ast.args.length === 1) {
    const type = resolveType(typeSpecifierOf(ast.args[0]), context.model.definitions)
    return compileType(ast.name as 'is' | 'as' | 'ofType', ast.target, type, context)
  }
  if (ast.name === 'sort') return compileSort(ast, context)
  const definition = functions.get(ast.name)
  if (!definition) throw new Problem('invalid', `FHIRPath: there is no function ${ast.name}()`)
  if (context.isFromStranger && definition.takesRegularExpression)
    throw new Problem('invalid', `FHIRPath: ${ast.name}() is not for expressions in requests`)
  if (ast.args.length < definition.minimum || ast.args.length > definition.maximum)
    throw new Problem('invalid', `FHIRPath: ${ast.name}() takes ${arity(definition)}, not ${ast.args.length}`)
  const from = target(ast.target, context)
  if (context.strict && definition.needsOrder && from.isUnordered)
    throw new Problem('invalid', `FHIRPath: ${ast.name}() of a collection without an order`)
  const inner = definition.isLambda ? { ...context, types: from.types, totalTypes: undefined } : context
  const args = ast.args.map((arg) => compileStep(arg, inner))
  if (context.strict && ast.name === 'iif') refuseCriterion(args[0]?.types)
  const runs = args.map((arg) => arg.run)
  const result = definition.result(
    from.types,
    args.map((arg) => arg.types),
  )
  const { apply } = definition
  return step(
    (state) => apply(from.run(state), runs, state),
    result,
    definition.isUnordered ?? (from.isUnordered && result === from.types),
  )
}

/** `sort(-family, given.first())`: a minus before a key turns its order, whatever its type. */
function compileSort(ast: Ast & { kind: 'call' }, context: Context): Step {
  const from = target(ast.target, context)
  const inner = { ...context, types: from.types, totalTypes: undefined }
  const keys = ast.args.map((arg) =>
    arg.kind === 'polarity'
      ? { run: compileStep(arg.operand, inner).run, isDescending: arg.operator === '-' }
      : { run: compileStep(arg, inner).run, isDescending: false },
  )
  return step((state) => sorted(from.run(state), keys, state), from.types)
}

function arity({ minimum, maximum }: { minimum: number; maximum: number }): string {
  if (maximum === 0) return 'no arguments'
  return minimum === maximum ? `${minimum} arguments` : `${minimum} to ${maximum} arguments`
}

function refuseCriterion(types: Types): void {
  if (types && types.length > 0 && !types.some((type) => type === 'System.Boolean' || type === 'boolean'))
    throw new Problem('invalid', `FHIRPath: iif() decides by a Boolean, not by ${types.join(', ')}`)
}

function compileIndexer(ast: Ast & { kind: 'indexer' }, context: Context): Step {
  const from = compileStep(ast.target, context)
  const index = compileStep(ast.index, context)
  if (context.strict && from.isUnordered)
    throw new Problem('invalid', 'FHIRPath: an index into a collection without an order')
  const run: Run = (state) => {
    const items = from.run(state)
    const position = singleInteger(index.run(state), '[]')
    const item = position === undefined ? undefined : items[position]
    return item === undefined ? nothing : [item]
  }
  return step(run, from.types)
}

function compilePolarity(ast: Ast & { kind: 'polarity' }, context: Context): Step {
  const operand = compileStep(ast.operand, context)
  return step((state) => {
    const value = negated(operand.run(state))
    return ast.operator === '-' ? value : negated(value)
  }, operand.types)
}

function compileBinary(ast: Ast & { kind: 'binary' }, context: Context): Step {
  const { evaluate, result } = operatorNamed(ast.operator)
  const left = compileStep(ast.left, context)
  const right = compileStep(ast.right, context)
  if (result === 'union') {
    const types = left.types && right.types && [...new Set([...left.types, ...right.types])]
    return step((state) => evaluate(left.run, right.run, state), types)
  }
  return step((state) => evaluate(left.run, right.run, state), result === undefined ? undefined : [result])
}

function compileType(operator: 'is' | 'as' | 'ofType', operand: Ast | undefined, type: string, context: Context): Step {
  const { definitions } = context.model
  if (operator === 'is' && isResolveCall(operand)) return compileResolvesTo(operand, type, context)
  const from = target(operand, context)
  if (operator === 'is')
    return step(
      (state) => {
        const item = single(from.run(state), 'is')
        return item === undefined ? nothing : fromBoolean(isOfType(item, type, definitions))
      },
      ['System.Boolean'],
    )
  return step(
    (state) => {
      const items = from.run(state)
      if (operator === 'as' && context.strict) single(items, 'as')
      return items.filter((item) => isExactlyOfType(item, type, definitions))
    },
    [type],
  )
}

type ResolveCall = Ast & { kind: 'call' }

const isResolveCall = (ast: Ast | undefined): ast is ResolveCall => ast?.kind === 'call' && ast.name === 'resolve'

/** `resolve() is Patient` is answered by the reference where it says its type: search indexes need no other resource. */
function compileResolvesTo(call: ResolveCall, type: string, context: Context): Step {
  const from = target(call.target, context)
  const { definitions } = context.model
  const run: Run = (state): Collection => {
    const item = single(from.run(state), 'resolve')
    const found = item && referencedType(item, state.evaluation)
    return found === undefined ? nothing : fromBoolean(definitions.isSubtype(found, type))
  }
  return step(run, ['System.Boolean'])
}
