import { readFileSync } from 'node:fs'
import { SaxesParser } from 'saxes'
import type { Definitions } from '../../src/standards/fhir/definitions/definitions.ts'
import { compileFhirPath } from '../../src/standards/fhir/fhirpath/compile.ts'
import { decimalText } from '../../src/standards/fhir/fhirpath/decimal.ts'
import { quantityText } from '../../src/standards/fhir/fhirpath/quantity.ts'
import { systemValue } from '../../src/standards/fhir/fhirpath/system-value.ts'
import { temporalText } from '../../src/standards/fhir/fhirpath/temporal.ts'
import type { Collection, TypedValue } from '../../src/standards/fhir/fhirpath/typed-value.ts'
import { parseJson } from '../../src/standards/fhir/json.ts'

/** One case of HL7's tests-fhir-r4.xml. https://github.com/FHIR/fhir-test-cases */
export type SuiteCase = {
  /** `group/name`, with a number from the second of that name on. */
  readonly key: string
  readonly input: string | undefined
  readonly expression: string
  readonly isInvalid: boolean
  readonly isPredicate: boolean
  readonly isOrdered: boolean
  readonly outputs: readonly { readonly type: string | undefined; readonly text: string }[]
}

export function readSuite(path: string): SuiteCase[] {
  const cases: SuiteCase[] = []
  const seen = new Map<string, number>()
  let group = ''
  let attributes: Record<string, string> = {}
  let expression = { text: '', attributes: {} as Record<string, string> }
  let outputs: { type: string | undefined; text: string }[] = []
  let text = ''
  const parser = new SaxesParser()
  parser.on('opentag', (tag) => {
    const values = tag.attributes as Record<string, string>
    text = ''
    if (tag.name === 'group') group = values.name ?? ''
    if (tag.name === 'test') [attributes, outputs] = [values, []]
    if (tag.name === 'expression') expression = { text: '', attributes: values }
    if (tag.name === 'output') outputs.push({ type: values.type, text: '' })
  })
  parser.on('text', (more) => {
    text += more
  })
  parser.on('closetag', ({ name }) => {
    const output = outputs.at(-1)
    if (name === 'expression') expression = { ...expression, text }
    if (name === 'output' && output) output.text = text
    if (name !== 'test') return
    const base = `${group}/${attributes.name}`
    const count = (seen.get(base) ?? 0) + 1
    seen.set(base, count)
    const { invalid } = expression.attributes
    cases.push({
      key: count === 1 ? base : `${base} (${count})`,
      input: attributes.inputfile,
      expression: expression.text,
      isInvalid: invalid !== undefined,
      isPredicate: attributes.predicate === 'true',
      isOrdered: attributes.ordered !== 'false',
      outputs,
    })
  })
  parser.write(readFileSync(path, 'utf8')).close()
  return cases
}

/** What was wrong, or undefined when the case passed. */
export function runCase(
  test: SuiteCase,
  resource: { resourceType: string },
  definitions: Definitions,
): string | undefined {
  let result: Collection
  try {
    const path = compileFhirPath(test.expression, { type: resource.resourceType, definitions, strict: true })
    result = path(resource, { now: () => new Date('2026-01-02T03:04:05.678Z') })
  } catch (problem) {
    return test.isInvalid ? undefined : `refused: ${problem instanceof Error ? problem.message : String(problem)}`
  }
  const found = test.isPredicate ? [{ types: ['boolean'], text: String(result.length > 0) }] : result.map(shown)
  if (test.isInvalid) return `not refused, but ${JSON.stringify(found.map(({ text }) => text))}`
  const expected = [...test.outputs]
  if (!test.isOrdered) {
    expected.sort((a, b) => (a.text < b.text ? -1 : 1))
    found.sort((a, b) => (a.text < b.text ? -1 : 1))
  }
  const fits =
    found.length === expected.length &&
    expected.every(
      ({ type, text }, i) => found[i]?.text === text && (type === undefined || found[i]?.types.includes(type)),
    )
  return fits ? undefined : `expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`
}

function shown(value: TypedValue): { types: string[]; text: string } {
  const { type } = value
  const short = type.startsWith('System.') ? type.slice('System.'.length) : type
  return { types: [type, short, short.charAt(0).toLowerCase() + short.slice(1)], text: textOf(value) }
}

function textOf(value: TypedValue): string {
  const system = systemValue(value)
  if (!system) return JSON.stringify(value.value)
  switch (system.kind) {
    case 'Date':
    case 'DateTime':
      return `@${temporalText(system.value)}`
    case 'Time':
      return `@T${temporalText(system.value)}`
    case 'Decimal':
      return decimalText(system.value)
    case 'Quantity':
      return quantityText(system.value)
    default:
      return String(system.value)
  }
}

/** Inputs are made for the cases: see fhirpath-inputs/README.md. Undefined when there is none of that name. */
export function readInput(name: string): { resourceType: string } | undefined {
  try {
    const path = new URL(`fhirpath-inputs/${name.replace(/\.(xml|json)$/, '')}.json`, import.meta.url)
    return parseJson(readFileSync(path, 'utf8')) as { resourceType: string }
  } catch (problem) {
    if ((problem as { code?: string }).code === 'ENOENT') return undefined
    throw problem
  }
}
