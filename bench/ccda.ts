/**
 * A GP record to a C-CDA document, bytes to bytes, against JSON.parse of the same bytes: rounds interleaved, best of each,
 * then records of growing size, and the memory that one of 4 MB takes. Made records, so that nothing else is needed;
 * with CONFORMANCE_DATA the largest published ones too.
 *
 *     node --expose-gc bench/ccda.ts
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gpRecord } from '../simulators/people/gp-record.ts'
import { population } from '../simulators/people/population.ts'
import { convertToCcda } from '../src/standards/ccda/convert.ts'
import { parseJson } from '../src/standards/fhir/json.ts'
import { serialiseUtf8 } from '../src/standards/xml/serialise.ts'

type Bundle = { resourceType: string; id: string; entry: { resource: Record<string, unknown> }[] }
const at = new Date('2025-01-01T00:00:00Z')

/** One patient with everything that several people have: all but the first one's Patient, every id and reference made anew. */
function recordOf(bytes: number): Buffer {
  const people = population(1, 400).map((person) => JSON.stringify(gpRecord(person, { quirks: 'none' })))
  const bundle = JSON.parse(people[0] ?? '') as Bundle
  const patient = bundle.entry.find(({ resource }) => resource.resourceType === 'Patient')?.resource.id
  let size = 0
  for (let index = 1; size < bytes; index++) {
    const more = JSON.parse(people[index % people.length] ?? '') as Bundle
    const own = String(more.entry.find(({ resource }) => resource.resourceType === 'Patient')?.resource.id)
    const text = JSON.stringify(more.entry.filter(({ resource }) => resource.resourceType !== 'Patient'))
      .replaceAll(`Patient/${own}`, 'Patient/')
      .replaceAll(
        /([A-F0-9]{4})-([A-F0-9]{12})/g,
        (_whole, four: string, twelve: string) =>
          `${four}-${twelve.slice(0, 8)}${(index % 65_536).toString(16).toUpperCase().padStart(4, '0')}`,
      )
      .replaceAll('"Patient/"', `"Patient/${String(patient)}"`)
    const entries = JSON.parse(text) as Bundle['entry']
    bundle.entry.push(...entries)
    size += text.length
  }
  return Buffer.from(JSON.stringify(bundle))
}

function measure(title: string, bytes: Buffer): number {
  const steps = {
    floor: () => JSON.parse(bytes.toString()),
    parse: () => parseJson(bytes),
    all: () => {
      // With the account of every resource, which is written when it is asked for.
      const { value, ledger } = convertToCcda(parseJson(bytes), at)
      return [serialiseUtf8(value), ledger]
    },
  }
  const parsed = parseJson(bytes)
  const best: Record<string, number> = {
    floor: Number.POSITIVE_INFINITY,
    parse: Number.POSITIVE_INFINITY,
    convert: Number.POSITIVE_INFINITY,
    serialise: Number.POSITIVE_INFINITY,
    all: Number.POSITIVE_INFINITY,
  }
  const document = convertToCcda(parsed, at).value
  const each = { ...steps, convert: () => convertToCcda(parsed, at).ledger, serialise: () => serialiseUtf8(document) }
  const rounds = bytes.length > 2_000_000 ? 15 : 40
  for (let round = 0; round < rounds; round++)
    for (const [name, run] of Object.entries(each)) {
      const start = performance.now()
      run()
      best[name] = Math.min(best[name] ?? 0, performance.now() - start)
    }
  const [floor, all] = [best.floor ?? 0, best.all ?? 0]
  const figures = ['parse', 'convert', 'serialise', 'all'].map(
    (name) => `${name} ${((best[name] ?? 0) / floor).toFixed(1)}`,
  )
  console.log(
    `${title.padEnd(34)} ${(bytes.length / 1e6).toFixed(2)} MB  JSON.parse ${floor.toFixed(2)} ms = 1;  ${figures.join(', ')}  (${(all / (bytes.length / 1e6)).toFixed(1)} ms a MB)`,
  )
  return all
}

for (const size of [250_000, 600_000, 1_000_000, 4_000_000]) measure('made', recordOf(size))
const data = process.env.CONFORMANCE_DATA
if (data)
  for (const name of ['EMIS_9730146896_full', 'TPP_9465693839_full', 'EMIS_9730333831_full'])
    measure(name, readFileSync(join(data, 'gpconnect', 'supplier-full', `${name}.json`)))

if (globalThis.gc) {
  const bytes = recordOf(4_000_000)
  globalThis.gc()
  const before = process.memoryUsage()
  let peak = 0
  const watch = () => (peak = Math.max(peak, process.memoryUsage().heapUsed))
  const parsed = parseJson(bytes)
  watch()
  const { value } = convertToCcda(parsed, at)
  watch()
  const text = serialiseUtf8(value)
  watch()
  console.log(
    `4 MB in one go: ${((peak - before.heapUsed) / 1e6).toFixed(0)} MB of heap more at its height, for ${(text.length / 1e6).toFixed(1)} MB of document`,
  )
}
