/**
 * Base validation against JSON.parse of the same text, interleaved, medians of rounds.
 * The bundle comes from CONFORMANCE_DATA's Synthea folder: node bench/validation.ts
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadDefinitions } from '../src/platform/definitions/load.ts'
import type { Bundle, Resource } from '../src/standards/fhir/types.ts'
import { createValidator } from '../src/standards/fhir/validation/validator.ts'

const validate = createValidator(loadDefinitions())

const smallPatient = {
  resourceType: 'Patient',
  id: 'example',
  active: true,
  identifier: [{ use: 'official', system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9000000009' }],
  name: [{ use: 'official', family: 'Smith', given: ['Jane', 'Ann'] }],
  telecom: [{ system: 'phone', value: '01632960587', use: 'home' }],
  gender: 'female',
  birthDate: '1985-10-22',
  address: [{ use: 'home', line: ['1 Trevelyan Square'], city: 'Leeds', postalCode: 'LS1 6AE' }],
  managingOrganization: { reference: 'Organization/1' },
}
compare('a small Patient', [smallPatient], 20_000)

const data = process.env['CONFORMANCE_DATA']
if (data) {
  const folder = join(data, 'synthea', 'open')
  const bundles = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Bundle)
  const entries = bundles
    .flatMap((bundle) => bundle.entry ?? [])
    .map((entry, i) => ({ ...entry, fullUrl: `urn:x:${i}` }))
  const resources = entries.map((entry) => entry.resource as Resource)
  compare('a resource of Synthea', resources.slice(0, 3000), 1)
  compare(
    'a bundle of 1,500 resources',
    [{ resourceType: 'Bundle', type: 'transaction', entry: entries.slice(0, 1500) }],
    2,
  )
} else console.log('CONFORMANCE_DATA is not set: no bundle to validate')

function compare(title: string, resources: readonly Resource[], repeat: number) {
  const texts = resources.map((resource) => JSON.stringify(resource))
  const values = texts.map((text) => JSON.parse(text) as Resource)
  const ratios: number[] = []
  let issues = 0
  for (let round = 0; round < 15; round++) {
    const floor = time(() => {
      for (let i = 0; i < repeat; i++) for (const text of texts) JSON.parse(text)
    })
    const own = time(() => {
      for (let i = 0; i < repeat; i++) for (const value of values) issues += validate(value).length
    })
    if (round > 3) ratios.push(own / floor)
  }
  ratios.sort((a, b) => a - b)
  console.log(`${title.padEnd(32)} ${ratios[ratios.length >> 1]?.toFixed(2)} × JSON.parse   (${issues} issues)`)
}

function time(work: () => void): number {
  const from = performance.now()
  work()
  return performance.now() - from
}
