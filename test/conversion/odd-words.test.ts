import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gpRecord } from '../../simulators/people/gp-record.ts'
import { population } from '../../simulators/people/population.ts'
import { convertToCcda } from '../../src/standards/ccda/convert.ts'
import { parseJson } from '../../src/standards/fhir/json.ts'
import { readXml } from '../../src/standards/xml/read.ts'
import { serialise } from '../../src/standards/xml/serialise.ts'

const people = population(1, 400)
  .filter(({ special }) => special === undefined)
  .slice(-4)

test('a record whose codes are words that every object knows converts like any other, and no inside of ours shows', () => {
  let changed = 0
  for (const person of people) {
    const text = JSON.stringify(gpRecord(person))
    const keys = new Set([...text.matchAll(/"([A-Za-z]+)":"/g)].map(([, key]) => key ?? ''))
    for (const key of keys.difference(new Set(['resourceType', 'reference', 'id', 'url'])))
      for (const word of ['constructor', '__proto__']) {
        const odd = text.replaceAll(new RegExp(`("${key}":)"(?:[^"\\\\]|\\\\.)*"`, 'g'), `$1"${word}"`)
        const document = serialise(convertToCcda(parseJson(odd), new Date('2025-01-01T00:00:00Z')).value)
        assert.equal(readXml(document).local, 'ClinicalDocument')
        assert.doesNotMatch(document, /function \w*\(|\[object|native code|undefined/, `${key} = ${word}`)
        changed++
      }
  }
  assert.ok(changed > 100, `${changed} records were tried`)
})
