import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { compare } from './ccda-readback/compare.ts'
import { convert } from './ccda-readback/convert.ts'
import { readBundle } from './ccda-readback/read-bundle.ts'
import { readDocument } from './ccda-readback/read-document.ts'

const data = process.env.CONFORMANCE_DATA
const folder = data && join(data, 'gpconnect')

function records(root: string): { name: string; json: string }[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json') && !name.startsWith('errors'))
    .map((name) => ({ name, json: readFileSync(join(root, name), 'utf8') }))
    .filter(({ json }) => (JSON.parse(json) as { resourceType?: string }).resourceType === 'Bundle')
}

test('every published record and its document say the same: allergies, medications, problems, immunisations, results, words', {
  skip: folder ? false : 'CONFORMANCE_DATA is not set',
}, () => {
  const all = records(folder as string)
  assert.equal(all.length, 46)
  const counts = { allergies: 0, medications: 0, problems: 0, immunizations: 0, results: 0, words: 0 }
  for (const { name, json } of all) {
    const source = readBundle(json)
    const { xml, unaccounted } = convert(json)
    assert.deepEqual(compare(source, readDocument(xml)), [], name)
    assert.deepEqual(unaccounted, [], name)
    for (const kind of Object.keys(counts) as (keyof typeof counts)[]) counts[kind] += source[kind].length
  }
  // A reader that finds nothing agrees with everything.
  assert.ok(counts.allergies > 150 && counts.medications > 250 && counts.problems > 100, JSON.stringify(counts))
  assert.ok(counts.immunizations > 60 && counts.results > 1_000 && counts.words > 1_500, JSON.stringify(counts))
  console.log(`${all.length} records read back: ${JSON.stringify(counts)}`)
})
