/** Synthea's people go in without an error, come back as they were sent, and are found exactly as a plain scan finds them. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseJson } from '../../src/standards/fhir/json.ts'
import type { Bundle, Resource } from '../../src/standards/fhir/types.ts'
import { type Answer, testFhirServer } from '../harness/fhir.ts'

const folder = join(process.env.CONFORMANCE_DATA ?? '', 'synthea')
const isThere = process.env.CONFORMANCE_DATA !== undefined && existsSync(folder)

test('Synthea', { skip: isThere ? false : 'CONFORMANCE_DATA names no folder with synthea/' }, async (t) => {
  const { ask, errors } = await testFhirServer()
  const loaded: { sent: Resource; type: string; id: string }[] = []
  const found: Resource[] = []

  for (const part of ['prereq', 'open'])
    for (const name of readdirSync(join(folder, part))
      .filter((file) => file.endsWith('.json'))
      .sort())
      await t.test(`${part}/${name} loads without an error`, async () => {
        const text = readFileSync(join(folder, part, name), 'utf8')
        const answer = await ask('POST', '/', text, { prefer: 'return=minimal' })
        assert.equal(answer.status, 200, answer.text.slice(0, 2000))
        const sent = (parseJson(text) as Bundle).entry ?? []
        for (const [n, entry] of answer.json.entry.entries()) {
          assert.match(entry.response.status, /^20[01]/, `entry ${n}: ${JSON.stringify(entry.response)}`)
          const [type, id] = entry.response.location.split('/')
          // What a conditional create found is another entry's resource.
          if (entry.response.status.startsWith('201')) loaded.push({ sent: sent[n]?.resource as Resource, type, id })
        }
      })

  await t.test('every resource reads back equal to what was sent, references aside', async () => {
    for (const { sent, type, id } of loaded) {
      const read = await ask('GET', `/${type}/${id}`)
      assert.equal(read.status, 200)
      const back = parseJson(read.text) as Resource
      found.push(back)
      assert.equal(comparable(back), comparable(sent), `${type}/${id}`)
    }
  })

  await t.test('counts by type agree', async () => {
    for (const [type, want] of countBy(loaded.map(({ type }) => type))) {
      const counted = await ask('GET', `/${type}?_summary=count`)
      assert.equal(counted.json.total, want, type)
    }
  })

  await t.test('a walk through all pages finds each resource once', async () => {
    for (const query of [
      '/Observation?_count=200',
      '/Observation?_sort=-date&_count=300',
      '/Observation?_sort=code&_count=500',
      '/Patient?_sort=family,-birthdate&_count=5',
      '/Claim?_sort=created&_count=100',
    ]) {
      const ids = await walk(query)
      const type = query.slice(1, query.indexOf('?'))
      const want = loaded.filter((one) => one.type === type).map(({ id }) => id)
      assert.equal(new Set(ids).size, ids.length, `${query}: something came twice`)
      assert.deepEqual([...ids].sort(), want.sort(), query)
    }
  })

  await t.test('each patient is found by identifier, name and birth date as a scan finds them', async () => {
    const patients = found.filter(({ resourceType }) => resourceType === 'Patient') as Patient[]
    for (const patient of patients) {
      for (const { system, value } of patient.identifier) {
        const want = patients.filter((one) =>
          one.identifier.some((other) => other.system === system && other.value === value),
        )
        await finds(`/Patient?identifier=${encodeURIComponent(`${system}|${escaped(value)}`)}`, want)
      }
      for (const { family, given } of patient.name) {
        const all = (one: Patient) =>
          one.name.flatMap((name) => [
            name.family,
            ...(name.given ?? []),
            ...(name.prefix ?? []),
            ...(name.suffix ?? []),
          ])
        const starts = (text: string, beginning: string) => plain(text).startsWith(plain(beginning))
        await finds(
          `/Patient?family=${encodeURIComponent(family)}`,
          patients.filter((one) => one.name.some((name) => starts(name.family, family))),
        )
        await finds(
          `/Patient?name=${encodeURIComponent(given[0] ?? '')}`,
          patients.filter((one) => all(one).some((text) => starts(text, given[0] ?? ''))),
        )
        await finds(
          `/Patient?family:exact=${encodeURIComponent(family)}`,
          patients.filter((one) => one.name.some((name) => name.family === family)),
        )
      }
      await finds(
        `/Patient?birthdate=${patient.birthDate}`,
        patients.filter(({ birthDate }) => birthDate === patient.birthDate),
      )
      const year = patient.birthDate.slice(0, 4)
      await finds(
        `/Patient?birthdate=${year}`,
        patients.filter(({ birthDate }) => birthDate.startsWith(year)),
      )
      await finds(
        `/Patient?birthdate=lt${patient.birthDate}`,
        patients.filter(({ birthDate }) => birthDate < patient.birthDate),
      )
    }
  })

  await t.test('each code of an Observation finds what a scan finds, also for one patient and by date', async () => {
    const observations = found.filter(({ resourceType }) => resourceType === 'Observation') as Observation[]
    const codes = new Map(
      observations.flatMap(({ code }) => code.coding).map((one) => [`${one.system}|${one.code}`, one]),
    )
    for (const [token, { system, code }] of codes) {
      const want = observations.filter((one) =>
        one.code.coding.some((other) => other.system === system && other.code === code),
      )
      await finds(`/Observation?code=${encodeURIComponent(token)}&_count=1000`, want)
      const subject = want[0]?.subject.reference as string
      const ofOne = want.filter((one) => one.subject.reference === subject)
      await finds(`/Observation?code=${encodeURIComponent(token)}&subject=${subject}&_count=1000&_sort=-date`, ofOne)
      const day = (want[0]?.effectiveDateTime ?? '').slice(0, 10)
      const from = Date.parse(`${day}T00:00:00Z`)
      const onDay = want.filter(
        ({ effectiveDateTime }) =>
          Date.parse(effectiveDateTime) >= from && Date.parse(effectiveDateTime) < from + 86_400_000,
      )
      await finds(`/Observation?code=${encodeURIComponent(token)}&date=${day}&_count=1000`, onDay)
    }
  })

  await t.test('nothing failed within', () => assert.deepEqual(errors, []))

  async function finds(path: string, want: readonly Resource[]): Promise<void> {
    const ids = await walk(path)
    assert.deepEqual([...ids].sort(), want.map(({ id }) => id as string).sort(), path)
  }

  async function walk(path: string): Promise<string[]> {
    const ids: string[] = []
    for (let next: string | undefined = path; next !== undefined; ) {
      const page: Answer = await ask('GET', next)
      assert.equal(page.status, 200, `${next}: ${page.text.slice(0, 500)}`)
      ids.push(...(page.json.entry ?? []).map((entry: { resource: Resource }) => entry.resource.id as string))
      next = page.json.link.find(({ relation }: { relation: string }) => relation === 'next')?.url
    }
    return ids
  }
})

type Patient = Resource & {
  identifier: { system: string; value: string }[]
  name: { family: string; given: string[]; prefix?: string[]; suffix?: string[] }[]
  birthDate: string
}
type Observation = Resource & {
  code: { coding: { system: string; code: string }[] }
  subject: { reference: string }
  effectiveDateTime: string
}

const plain = (text: string) =>
  text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase().replaceAll(/\s+/g, ' ').trim()
const escaped = (text: string) => text.replaceAll(/[\\,|$]/g, '\\$&')

function countBy(values: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

/** Without what the server gives: id, version, time, and where references lead. */
function comparable(resource: Resource): string {
  const { id: _id, meta, ...rest } = resource
  const { versionId: _v, lastUpdated: _l, ...kept } = meta ?? {}
  return JSON.stringify({ meta: kept, ...rest }).replaceAll(
    /"(reference|url|valueUri)":"(?:urn:uuid:|[A-Z][A-Za-z]+[/?])[^"]*"/g,
    '"$1":"…"',
  )
}
