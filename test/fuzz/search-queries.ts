import type { Definitions } from '../../src/standards/fhir/definitions/definitions.ts'
import type { Random } from '../builders/random.ts'
import { hostileTexts, spoilWord } from './mutate.ts'

/** The text behind a question mark: parameters of the type with values of every form, right and wrong. */
export function searchQuery(type: string, definitions: Definitions, random: Random): string {
  const parameters: [string, string][] = []
  for (let count = random.integer(4); count >= 0; count--)
    parameters.push(searchParameter(type, definitions, random, 0))
  if (random.integer(2) === 0) parameters.push(resultParameter(type, definitions, random))
  return parameters
    .map(([name, value]) => {
      const broken = random.integer(12)
      if (broken === 0) return `${name}=${value.replaceAll(/[#\s]/g, '+')}`
      if (broken === 1) return `${spoiled(name, random)}=${encode(value)}`
      return `${encode(name).replaceAll('%3A', ':')}=${encode(value)}`
    })
    .join('&')
}

function searchParameter(type: string, definitions: Definitions, random: Random, depth: number): [string, string] {
  const all = [...definitions.searchParameters(type).values()]
  if (all.length === 0) return ['_id', 'p1']
  const parameter = random.pick(all)
  if (depth < 3 && parameter.type === 'reference' && random.integer(3) === 0) {
    const target = random.pick(parameter.target.length > 0 ? parameter.target : ['Patient'])
    const [name, value] = searchParameter(target, definitions, random, depth + 1)
    return [`${parameter.code}${random.integer(2) === 0 ? `:${target}` : ''}.${name}`, value]
  }
  if (depth < 3 && random.integer(15) === 0) {
    const other = random.pick(['Observation', 'Condition', 'Encounter', 'Nothing'])
    const [name, value] = searchParameter(other === 'Nothing' ? 'Patient' : other, definitions, random, depth + 1)
    return [`_has:${other}:${random.pick(['patient', 'subject', 'nothing'])}:${name}`, value]
  }
  const modifier = random.integer(4) === 0 ? `:${random.pick(modifiers)}` : ''
  const values = Array.from({ length: random.integer(5) === 0 ? 3 : 1 }, () => searchValue(parameter.type, random))
  return [parameter.code + modifier, values.join(',')]
}

const modifiers = [
  'exact',
  'contains',
  'missing',
  'not',
  'in',
  'not-in',
  'above',
  'below',
  'of-type',
  'text',
  'identifier',
  'Patient',
  'iterate',
  'nothing',
  '',
  ':',
]

const prefixes = ['', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap', 'zz']
const valuesByType: Readonly<Record<string, readonly string[]>> = {
  token: ['male', 'true', 'http://loinc.org|8480-6', '|x', 'http://loinc.org|', '|', 'a\\|b', 'a|b|c'],
  string: ['Example', 'éxample', 'x\\,y', '%', '_', 'ZZ'],
  reference: ['Patient/p1', 'p1', 'http://localhost/fhir/Patient/p1', 'Nothing/1', 'urn:uuid:x', '#x', 'Patient/p1|2'],
  date: [
    '2020',
    '2020-01',
    '2020-01-01',
    '2020-01-01T10:00',
    '2020-01-01T10:00:00Z',
    '2020-13',
    '2020-01-01T10:00:00+99:00',
  ],
  number: ['1', '1.50', '1e3', '-0', '1e400', 'x', '0x10', '1_000'],
  quantity: [
    '6.3|http://unitsofmeasure.org|mmol/L',
    '6.3||mmol/L',
    '6.3',
    '|',
    'x|y|z',
    '1e-400|http://unitsofmeasure.org|[in_i]',
  ],
  uri: ['http://example.org', 'urn:x', ' '],
  composite: ['8480-6$x', '8480-6$gt5', '$', 'a$b$c'],
  special: ['x', '42.1|-71.2|5|km', '42|x'],
}

function searchValue(type: string, random: Random): string {
  const value = random.pick(valuesByType[type] ?? ['x'])
  const prefixed = /date|number|quantity/.test(type) ? random.pick(prefixes) + value : value
  return random.integer(6) === 0 ? spoilWord(prefixed, random) : prefixed
}

function resultParameter(type: string, definitions: Definitions, random: Random): [string, string] {
  const codes = [...definitions.searchParameters(type).keys(), 'nothing']
  const code = () => random.pick(codes)
  const [name, values] = random.pick<[string, readonly string[]]>([
    ['_count', ['0', '1', '2', '-1', '1e9', 'x', '99999999999']],
    ['_sort', [code(), `-${code()}`, `${code()},-_lastUpdated`, '', '-', '_id,_id']],
    ['_include', [`${type}:${code()}`, '*', `${type}:${code()}:Patient`, 'Nothing:x', ':', `${type}:*`]],
    ['_revinclude', ['Observation:subject', '*', 'Provenance:target', 'x']],
    ['_include:iterate', [`${type}:${code()}`, 'Observation:*']],
    ['_summary', ['true', 'text', 'data', 'count', 'false', 'x']],
    ['_elements', ['id', 'name,gender', 'Patient.name', '', ',', '__proto__']],
    ['_total', ['none', 'estimate', 'accurate', 'x']],
    ['_contained', ['true', 'both', 'x']],
    ['_format', ['json', 'xml', 'application/fhir+json', 'text/html', 'x']],
    ['_pretty', ['true', 'x']],
    ['_filter', ['name eq x', '(']],
    ['_list', ['1', '$current-allergies']],
    ['_lastUpdated', ['gt2020', 'x', 'lt1900-01-01']],
    ['_cursor', ['x', 'AAAA', 'eyJhIjoxfQ', 'W10', 'bnVsbA']],
    ['_page', ['x', '2']],
    ['_type', ['Patient,Observation', 'Nothing', '']],
    ['_tag', ['test', '|']],
    ['_offset', ['-1', '5']],
  ])
  return [name, random.pick(values)]
}

function spoiled(word: string, random: Random): string {
  return (
    encode(spoilWord(word, random)) +
    (random.integer(6) === 0 ? random.pick(['%', '%zz', '%00', '%ff', '&&', '=']) : '')
  )
}

/** Percent-encoding that lets a lone surrogate through as bytes no decoder likes. */
function encode(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : '%ed%a0%80'
}

export const hostileQueries: readonly string[] = [
  '',
  '=',
  '&',
  '&&&=',
  '%',
  '%zz=1',
  '_id=%00',
  '_id=%ff',
  'a'.repeat(4000),
  ...hostileTexts.map((text) => `_id=${encode(text)}`),
]
