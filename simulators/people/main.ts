/**
 * node simulators/people/main.ts --seed 1 --people 200 --out DIR [--as-of YYYY-MM-DD] [--format bundles|ndjson]
 * Writes transaction Bundles, one file a person, or one NDJSON file a resource type. Without --out: NDJSON on standard output.
 */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { madeBundles, madeResources } from './bundles.ts'
import { defaultAsOf } from './population.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    people: { type: 'string', default: '200' },
    'as-of': { type: 'string', default: defaultAsOf },
    out: { type: 'string' },
    format: { type: 'string', default: 'bundles' },
  },
})
const people = Number(values.people)
const asOf = values['as-of']
if (!Number.isInteger(people) || people < 1 || people > 100_000) stop('--people wants a whole number from 1 to 100000')
if (!/^\d{4}-\d{2}-\d{2}$/.test(asOf) || Number.isNaN(Date.parse(asOf))) stop('--as-of wants a date, YYYY-MM-DD')
if (!/^[A-Za-z0-9]{1,16}$/.test(values.seed)) stop('--seed wants letters or digits')
if (values.format !== 'bundles' && values.format !== 'ndjson') stop('--format is bundles or ndjson')
const wish = { seed: values.seed, people, asOf }

if (!values.out) {
  for (const resource of madeResources(wish)) process.stdout.write(`${JSON.stringify(resource)}\n`)
} else if (values.format === 'ndjson') {
  mkdirSync(values.out, { recursive: true })
  const lines = Map.groupBy(madeResources(wish), ({ resourceType }) => resourceType)
  for (const [type, resources] of lines) {
    writeFileSync(join(values.out, `${type}.ndjson`), '')
    for (const resource of resources)
      appendFileSync(join(values.out, `${type}.ndjson`), `${JSON.stringify(resource)}\n`)
  }
} else {
  mkdirSync(values.out, { recursive: true })
  let n = 0
  for (const bundle of madeBundles(wish)) {
    const name = n === 0 ? '0000-places.json' : `${String(n).padStart(4, '0')}-person.json`
    writeFileSync(join(values.out, name), `${JSON.stringify(bundle)}\n`)
    n++
  }
}

function stop(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(2)
}
