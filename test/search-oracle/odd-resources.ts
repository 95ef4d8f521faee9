/** Resources with what made people lack: odd letters, values without a system, open periods, ranges, comparators, uris. */
import type { Resource } from '../../src/standards/fhir/types.ts'
import type { Random } from '../builders/random.ts'

const names = [
  'Gárcia',
  "O'Neill, Jr",
  'Ångström',
  'ΟΔΥΣΣΕΎΣ',
  'a|b',
  'back\\slash',
  '100%',
  'under_score',
  'Łukasz',
  'İpek',
  '王 小明',
  '😀 Smile',
  'dou  ble',
  '$dollar',
  'de la Cruz',
  'straße',
]
const systems = ['urn:one', 'urn:two|bar', 'http://example.org/a,b', undefined]
const codes = ['A', 'a', 'b,c', 'd|e', 'f\\g', '$', 'é', ' ', '0', 'true']
const dates = [
  '1970',
  '1970-02',
  '2020-02-29',
  '2020-12',
  '2021-12-31',
  '1969-12-31T23:59:59.999Z',
  '2020-01-01T00:00:00+14:00',
  '2020-01-01T00:00:00.5Z',
  '0998-05-01',
  '9999-12-31',
]
const units = [
  { unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' },
  { unit: 'tablet' },
  { unit: 'µg', system: 'http://unitsofmeasure.org', code: 'ug' },
  {},
]
const amounts = [0, 1, 1.5, 5.4, 5.35, 5.45, 99.5, 100, 100.5, 0.001, 1e6, -3, 2.675]

export function oddResource(n: number, random: Random): Resource {
  const maybe = <T>(make: () => T) => (random.integer(3) > 0 ? make() : undefined)
  const pick = random.pick
  const identifier = () => ({ system: pick(systems), value: pick(codes).trim() || undefined })
  const coding = () => ({ system: pick(systems), code: pick(codes).trim() || 'x' })
  const instant = () => pick(dates.filter((one) => one.includes('T')))
  const period = () =>
    pick([
      { start: pick(dates) },
      { end: pick(dates) },
      { start: '2019', end: pick(['2020', '2020-02-29', '2021-12-31']) },
    ])
  const quantity = () => ({
    value: pick(amounts),
    comparator: random.integer(4) === 0 ? pick(['<', '<=', '>', '>=']) : undefined,
    ...pick(units),
  })
  const id = `odd-${n}`
  const patient = () =>
    pick([
      { reference: `Patient/odd-${random.integer(8) * 5}` },
      { reference: 'Patient/nobody' },
      { reference: `http://elsewhere.example/fhir/Patient/odd-0` },
      { identifier: identifier() },
      { reference: '#inside' },
      { reference: `Patient/odd-${random.integer(8) * 5}/_history/1` },
    ])
  const meta = maybe(() => ({
    tag: [coding()],
    profile: [pick(['http://example.org/profile', 'http://example.org/profile|1.0'])],
  }))
  const kinds: readonly (() => object)[] = [
    () => ({
      resourceType: 'Patient',
      id,
      meta,
      gender: maybe(() => pick(['male', 'female'])),
      active: maybe(() => random.integer(2) === 0),
      name: maybe(() => [{ family: pick(names), given: [pick(names), pick(names)] }, { text: pick(names) }]),
      identifier: maybe(() => [identifier(), identifier()]),
      birthDate: maybe(() => pick(dates.filter((one) => !one.includes('T')))),
      address: maybe(() => [{ city: pick(names), line: [pick(names)], country: 'GB' }]),
      telecom: maybe(() => [
        random.integer(2) === 0
          ? { system: 'phone', value: `0${random.integer(99)}` }
          : { system: 'email', value: random.pick(['Ada@X.example', 'ada@x.example', 'Émile@x.example']) },
      ]),
      deceasedDateTime: maybe(() => pick(dates)),
      generalPractitioner: maybe(() => [{ identifier: identifier() }]),
      link: maybe(() => [{ other: patient(), type: 'seealso' }]),
    }),
    () => ({
      resourceType: 'Observation',
      id,
      meta,
      status: 'final',
      code: { coding: [coding(), coding()] },
      subject: maybe(patient),
      effectivePeriod: random.integer(2) === 0 ? period() : undefined,
      issued: maybe(instant),
      valueQuantity: maybe(quantity),
      category: maybe(() => [{ text: 'only text' }]),
      component: maybe(() => [{ code: { coding: [coding()] }, valueQuantity: quantity() }]),
      hasMember: maybe(() => [{ reference: `Observation/odd-${random.integer(8) * 5 + 1}` }]),
    }),
    () => ({
      resourceType: 'RiskAssessment',
      id,
      meta,
      status: 'final',
      subject: patient(),
      prediction: [
        { probabilityDecimal: pick(amounts) },
        {
          probabilityRange:
            random.integer(3) > 0 ? { low: { value: 0.1 }, high: maybe(() => ({ value: 0.7 })) } : undefined,
          qualitativeRisk: { coding: [coding()] },
        },
      ],
      occurrenceDateTime: pick(dates),
    }),
    () => ({
      resourceType: 'ValueSet',
      id,
      meta,
      status: pick(['draft', 'active']),
      url: maybe(() =>
        pick(['http://example.org/vs', 'http://example.org/vs|2', 'urn:oid:1.2.3', 'http://example.org/a,b']),
      ),
      version: maybe(() => pick(codes)),
      name: maybe(() => pick(names)),
      date: maybe(() => pick(dates)),
      jurisdiction: maybe(() => [{ coding: [coding()] }]),
      expansion: maybe(() => ({ timestamp: '2020', identifier: 'urn:uuid:1' })),
    }),
    () => ({
      resourceType: 'ChargeItem',
      id,
      meta,
      status: 'billable',
      code: { coding: [coding()] },
      subject: patient(),
      priceOverride: maybe(() => ({ value: pick(amounts), currency: pick(['GBP', 'EUR']) })),
      quantity: maybe(quantity),
      factorOverride: maybe(() => pick(amounts)),
      occurrenceTiming: maybe(() => ({
        event: [pick(dates), pick(dates)],
        repeat: random.integer(2) === 0 ? { boundsPeriod: period() } : undefined,
      })),
      definitionUri: maybe(() => [pick(['http://example.org/def', 'urn:x'])]),
    }),
  ]
  return JSON.parse(JSON.stringify(kinds[n % kinds.length]?.())) as Resource
}
