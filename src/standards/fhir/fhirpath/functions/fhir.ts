import { Problem } from '../../../../kernel/problem.ts'
import { isWellFormedNarrative } from '../html-checks.ts'
import { isMemberOf } from '../membership.ts'
import { pushChildren } from '../navigate.ts'
import { resolveReference } from '../references.ts'
import { single, singleString } from '../singleton.ts'
import type { State } from '../state.ts'
import { fromBoolean, nothing, type Collection, type TypedValue } from '../typed-value.ts'
import { always, bool, ofValues, same, unknown, type FunctionList } from './function.ts'

/** What FHIR adds to FHIRPath. https://hl7.org/fhir/R4/fhirpath.html#functions */
export const fhir: FunctionList = {
  extension: ofValues(1, 1, always('Extension'), (input, [url = nothing], state) =>
    extensions(input, singleString(url, 'extension'), state),
  ),
  hasExtension: ofValues(1, 1, bool, (input, [url = nothing], state) =>
    fromBoolean(extensions(input, singleString(url, 'hasExtension'), state).length > 0),
  ),
  hasValue: ofValues(0, 0, bool, (input, _, { evaluation: { model } }) => {
    const item = input.length === 1 ? input[0] : undefined
    if (item === undefined || item.value === undefined) return fromBoolean(false)
    return fromBoolean(item.type.startsWith('System.') || model.definitions.type(item.type)?.kind === 'primitive')
  }),
  getValue: ofValues(0, 0, same, (input) => (input.length === 1 && input[0]?.value !== undefined ? input : nothing)),
  resolve: ofValues(0, 0, unknown, (input, _, state) =>
    input.flatMap((item) => resolveReference(item, state.evaluation) ?? []),
  ),
  memberOf: ofValues(1, 1, bool, (input, [valueSet = nothing], { evaluation }) => {
    const item = single(input, 'memberOf')
    const url = singleString(valueSet, 'memberOf')
    if (item === undefined || url === undefined) return nothing
    const answer = evaluation.environment.memberOf?.(item, url)
    return fromBoolean(answer ?? isMemberOf(item, url, evaluation.model.definitions))
  }),
  subsumes: ofValues(1, 1, bool, (input, [other = nothing], state) => subsumption(input, other, state)),
  subsumedBy: ofValues(1, 1, bool, (input, [other = nothing], state) => subsumption(other, input, state)),
  checkModifiers: ofValues(0, 20, same, (input, urls, state) => {
    const known = new Set(urls.map((url) => singleString(url, 'checkModifiers')))
    for (const { value } of elementsNamed(input, 'modifierExtension', state))
      if (!known.has((value as { url?: string } | undefined)?.url))
        throw new Problem('invalid', 'FHIRPath: a modifier extension that nobody named changes what is said')
    return input
  }),
  conformsTo: ofValues(1, 1, bool, (input, [profile = nothing], { evaluation }) => {
    const item = single(input, 'conformsTo')
    const url = singleString(profile, 'conformsTo')
    if (item === undefined || url === undefined) return nothing
    const answer = evaluation.environment.conformsTo?.(item, url) ?? isBaseType(item, url, evaluation.model.definitions)
    if (answer === undefined) throw new Problem('invalid', `FHIRPath: the profile ${url} is not known`)
    return fromBoolean(answer)
  }),
  htmlChecks: ofValues(0, 0, bool, (input) => {
    const item = single(input, 'htmlChecks')
    return item === undefined
      ? nothing
      : fromBoolean(typeof item.value === 'string' && isWellFormedNarrative(item.value))
  }),
}

function extensions(input: Collection, url: string | undefined, state: State): Collection {
  if (url === undefined) return nothing
  const found = elementsNamed(input, 'extension', state)
  return found.filter(({ value }) => (value as { url?: unknown } | undefined)?.url === url)
}

function elementsNamed(input: Collection, name: string, { evaluation: { model } }: State): TypedValue[] {
  const found: TypedValue[] = []
  for (const item of input) {
    const alternatives = model.alternatives(item.type, name)
    if (alternatives) pushChildren(found, item, alternatives)
  }
  return found
}

function subsumption(general: Collection, special: Collection, { evaluation }: State): Collection {
  const a = single(general, 'subsumes')
  const b = single(special, 'subsumes')
  return a && b ? fromBoolean(evaluation.environment.subsumes?.(a, b)) : nothing
}

const baseProfile = 'http://hl7.org/fhir/StructureDefinition/'

/** R4's own types are profiles that need nobody's help; undefined for any other. */
function isBaseType(
  item: TypedValue,
  profile: string,
  definitions: State['evaluation']['model']['definitions'],
): boolean | undefined {
  const name = profile.startsWith(baseProfile) ? profile.slice(baseProfile.length) : undefined
  return name !== undefined && definitions.type(name) ? definitions.isSubtype(item.type, name) : undefined
}
