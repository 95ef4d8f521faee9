/**
 * parseJson against JSON.parse of the same text, interleaved, medians of rounds.
 * Needs CONFORMANCE_DATA for the Synthea bundles: node bench/json.ts
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseJson } from '../src/standards/fhir/json.ts'

const data = process.env['CONFORMANCE_DATA']
if (!data) throw new Error('CONFORMANCE_DATA is not set: the bundles to parse come from there')

const folder = join(data, 'synthea', 'open')
const bundles = readdirSync(folder).map((name) => readFileSync(join(folder, name)))
const resources = bundles.flatMap((bundle) =>
  (JSON.parse(bundle.toString()) as { entry: { resource: { resourceType: string } }[] }).entry.map((e) => e.resource),
)
const compact = resources.map((resource) => JSON.stringify(resource))
const patients = resources.filter((r) => r.resourceType === 'Patient').map((r) => JSON.stringify(r))
const odd = resources
  .filter((r) => r.resourceType === 'Observation')
  .map((r) => JSON.stringify(r).replace(/"value":(\d+)\.(\d+)/g, '"value":$1.50'))

compare('a resource, compact, as text', compact)
compare('a Patient, compact, as text', patients)
compare('an Observation with a value that ends in zero', odd)
compare(
  'a resource, compact, as bytes',
  compact.map((text) => Buffer.from(text)),
)
compare(
  'a Patient, compact, as bytes',
  patients.map((text) => Buffer.from(text)),
)
compare('a bundle, indented, as bytes', bundles)

function compare(title: string, sources: readonly (string | Buffer)[]) {
  const work = sources.length > 4000 ? sources.slice(0, 4000) : sources
  const native = () => work.forEach((source) => JSON.parse(source.toString()))
  const ours = () => work.forEach((source) => parseJson(source))
  const ratios: number[] = []
  const megabytes = work.reduce((sum, source) => sum + source.length, 0) / 1e6
  const repeat = Math.max(1, Math.ceil(10 / megabytes))
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 12; round++) {
    const floor = time(() => repeated(native, repeat))
    const own = time(() => repeated(ours, repeat))
    if (round > 2) ratios.push(own / floor)
    best = Math.min(best, own)
  }
  ratios.sort((a, b) => a - b)
  const speed = Math.round((megabytes * repeat * 1000) / best)
  console.log(`${title.padEnd(48)} ${ratios[ratios.length >> 1]?.toFixed(2)} × JSON.parse   ${speed} MB/s`)
}

function repeated(work: () => void, times: number) {
  for (let i = 0; i < times; i++) work()
}

function time(work: () => void): number {
  const from = performance.now()
  work()
  return performance.now() - from
}
