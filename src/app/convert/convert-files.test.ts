import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { anAllergy, gpBundle } from '../../../test/builders/gp-bundle.ts'
import { type ConvertHost, convertFiles } from './convert-files.ts'

function aHost(files: Record<string, string>) {
  const printed: string[] = []
  const told: string[] = []
  const written: Record<string, string> = {}
  const steps: number[] = []
  const host: ConvertHost = {
    read: (file) => {
      const text = files[file]
      return text === undefined
        ? Promise.reject(Object.assign(new Error('gone'), { code: 'ENOENT' }))
        : Promise.resolve(Buffer.from(text))
    },
    write: (file, text) => Promise.resolve(void (written[file] = text)),
    print: (text) => void printed.push(text),
    tell: (line) => void told.push(line),
    step: (resources) => void steps.push(resources),
    now: () => new Date('2025-01-01T00:00:00Z'),
  }
  return { host, printed, told, written, steps }
}
const record = JSON.stringify(gpBundle(anAllergy()))

test('one record goes to standard output, and issues do not fail it', async () => {
  const { host, printed, told } = aHost({
    'r.json': JSON.stringify(gpBundle(anAllergy({ note: [{ text: 'a\u0001b' }] }))),
  })
  assert.equal(await convertFiles({ files: ['r.json'], html: false }, host), 0)
  assert.match(printed[0] ?? '', /^<\?xml version="1.0" encoding="UTF-8"\?>\n<ClinicalDocument/)
  assert.match(told.join('\n'), /warning: Characters that a document cannot carry .* \(AllergyIntolerance\/a\)/)
})

test('several records go to a folder, with progress, and one that is none does not stop the others', async () => {
  const { host, written, told, steps } = aHost({
    'a.json': record,
    'b.json': '{"resourceType":"Patient"}',
    'c.json': record,
  })
  assert.equal(await convertFiles({ files: ['a.json', 'b.json', 'c.json', 'd.json'], out: 'out', html: true }, host), 1)
  assert.deepEqual(Object.keys(written).sort(), ['out/a.html', 'out/c.html'])
  assert.ok(told.includes('b.json: Not a GP record: a FHIR Patient, where a Bundle is wanted'))
  assert.ok(told.includes('d.json: No such file'))
  assert.deepEqual(steps, [4, 0, 4, 0])
})

test('issues and ledger are JSON where a file is named for them', async () => {
  const { host, written, told } = aHost({ 'r.json': record })
  assert.equal(await convertFiles({ files: ['r.json'], out: 'r.xml', issues: 'i.json', html: false }, host), 0)
  const { ledger } = JSON.parse(written['i.json'] ?? '') as { ledger: { resource: string; became: string }[] }
  assert.deepEqual(
    ledger.map((line) => [line.resource, line.became]),
    [
      ['Patient/p', 'supporting'],
      ['Organization/o', 'supporting'],
      ['Practitioner/d', 'supporting'],
      ['AllergyIntolerance/a', 'entry'],
    ],
  )
  assert.deepEqual(told, [])
})

test('what is no GP record at all is refused with a reason and the exit code 1', async () => {
  const cases: [string, RegExp][] = [
    ['', /Not JSON, at line 1/],
    ['hello', /Not JSON, at line 1, column 1/],
    ['[]', /Not a FHIR Bundle/],
    ['null', /Not a FHIR Bundle/],
    ['{"resourceType":"Bundle","type":"collection"}', /the Bundle is empty/],
    [
      '{"resourceType":"OperationOutcome","issue":[{"severity":"error","details":{"text":"Patient record not found"}}]}',
      /refusal of one \(OperationOutcome\): Patient record not found/,
    ],
    [JSON.stringify(gpBundle({ resourceType: 'Patient', id: 'q' })), /2 Patients/],
    [
      JSON.stringify(
        gpBundle(
          anAllergy({
            clinicalStatus: {
              coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }],
            },
          }),
        ),
      ),
      /FHIR R4/,
    ],
    [JSON.stringify(gpBundle({ resourceType: 'ServiceRequest', id: 'q' })), /FHIR R4/],
    [JSON.stringify(gpBundle({ resourceType: 'MedicationOrder', id: 'q' })), /DSTU2/],
  ]
  for (const [text, reason] of cases) {
    const { host, told, printed } = aHost({ 'r.json': text })
    assert.equal(await convertFiles({ files: ['r.json'], html: false }, host), 1, text)
    assert.match(told.join('\n'), reason)
    assert.deepEqual(printed, [])
  }
})

test('U+0000 and half a surrogate pair, which real records hold, are cleaned and told', async () => {
  const { host, printed, told } = aHost({
    'r.json': JSON.stringify(gpBundle(anAllergy({ note: [{ text: 'before#after and half' }] })))
      .replace('#', '\\u0000')
      .replace('half', '\\ud800'),
  })
  assert.equal(await convertFiles({ files: ['r.json'], html: false }, host), 0)
  assert.match(printed[0] ?? '', /before after/)
  assert.equal(told.length, 1)
})

test('records of the same name from two folders are two documents', async () => {
  const { host, written, told } = aHost({ 'a/r.json': record, 'b/r.json': record, 'c/R.json': record })
  assert.equal(await convertFiles({ files: ['a/r.json', 'b/r.json', 'c/R.json'], out: 'out', html: false }, host), 0)
  assert.deepEqual(Object.keys(written).sort(), ['out/R-3.xml', 'out/r-2.xml', 'out/r.xml'])
  assert.ok(told.includes('b/r.json: written as r-2.xml'))
})

test('a document that cannot be written is told so, with where it should have gone', async () => {
  const { host, told } = aHost({ 'r.json': record })
  const write = () => Promise.reject(Object.assign(new Error('no'), { code: 'EACCES' }))
  assert.equal(await convertFiles({ files: ['r.json'], out: '/there/r.xml', html: false }, { ...host, write }), 1)
  assert.deepEqual(told, ['r.json: /there/r.xml cannot be written (EACCES)'])
})
