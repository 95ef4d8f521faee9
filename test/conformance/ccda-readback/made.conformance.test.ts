import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gpRecord, quirkNames } from '../../../simulators/people/gp-record.ts'
import { population } from '../../../simulators/people/population.ts'
import { random } from '../../../simulators/people/random.ts'
import { compare } from './compare.ts'
import { convert } from './convert.ts'
import { readBundle } from './read-bundle.ts'
import { readDocument } from './read-document.ts'

const people = population('conformance', 60)

test('sixty made records of every supplier, each with other quirks, are read back as they were', () => {
  for (const [at, person] of people.entries()) {
    for (const manner of ['emis', 'tpp', 'medicus'] as const) {
      const quirks = quirkNames.filter(
        (quirk) => quirk !== 'patient-missing' && random(`${at} ${manner} ${quirk}`).chance(0.25),
      )
      const json = JSON.stringify(gpRecord(person, { manner, quirks }))
      const { xml, unaccounted } = convert(json)
      assert.deepEqual(compare(readBundle(json), readDocument(xml)), [], `${person.id} ${manner} with ${quirks}`)
      assert.deepEqual(unaccounted, [], person.id)
    }
  }
})
