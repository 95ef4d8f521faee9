import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gpRecord, quirkNames } from '../../simulators/people/gp-record.ts'
import { population } from '../../simulators/people/population.ts'
import { random } from '../../simulators/people/random.ts'
import { compare } from './ccda-readback/compare.ts'
import { convert } from './ccda-readback/convert.ts'
import { mangle } from './ccda-readback/mangle.ts'
import { readBundle } from './ccda-readback/read-bundle.ts'
import { readDocument } from './ccda-readback/read-document.ts'

const data = process.env.CONFORMANCE_DATA
const judge = data && join(data, '../tools/conformance/validate.sh')
const missing = !judge ? 'CONFORMANCE_DATA is not set' : existsSync(judge) ? false : `${judge} is not there`
const people = population('conformance', 60)
const suppliers = ['emis', 'tpp', 'medicus'] as const

test('sixty made records of every supplier, each with other quirks, are read back as they were', () => {
  for (const [at, person] of people.entries()) {
    const manner = suppliers[at % suppliers.length] ?? 'emis'
    const quirks = quirkNames.filter(
      (quirk) => quirk !== 'patient-missing' && random(`${at} ${manner} ${quirk}`).chance(0.25),
    )
    const json = JSON.stringify(gpRecord(person, { manner, quirks }))
    const { xml, unaccounted } = convert(json)
    assert.deepEqual(compare(readBundle(json), readDocument(xml)), [], `${person.id} ${manner} with ${quirks}`)
    assert.deepEqual(unaccounted, [], person.id)
  }
})

test('damaged records become documents in which the judge finds no error', { skip: missing }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'ccda-made-'))
  const files: string[] = []
  for (let round = 0; round < 100; round++) {
    const source = random(`damage at large ${round}`)
    const quirks = quirkNames.filter(() => source.chance(0.15))
    const record = mangle(gpRecord(source.pick(people), { quirks }), source, source.whole(1, 60))
    const { xml, unaccounted, anchors } = convert(JSON.stringify(record), record)
    assert.deepEqual(unaccounted, [], `round ${round}`)
    const document = readDocument(xml)
    assert.deepEqual(
      anchors.filter((id) => !document.hasAnchor(id)),
      [],
      `round ${round}`,
    )
    if (round < 40) {
      files.push(join(folder, `${String(round).padStart(3, '0')}.xml`))
      writeFileSync(files[round] as string, xml)
    }
  }
  const { status, stdout, stderr } = spawnSync(judge as string, ['-q', ...files], {
    encoding: 'utf8',
    maxBuffer: 100_000_000,
    env: { ...process.env, CONFORMANCE_BUILD: join(folder, 'build') },
  })
  const lines = stdout.split('\n').filter((line) => /^(ok|FAIL)\b/.test(line))
  assert.equal(status, 0, `${stderr.slice(0, 1000)}\n${lines.filter((line) => !line.startsWith('ok')).join('\n')}`)
  assert.equal(lines.length, files.length)
  console.log(`${lines.length} documents of damaged records judged`)
  rmSync(folder, { recursive: true })
})
