import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gpRecord } from '../../simulators/people/gp-record.ts'
import { population } from '../../simulators/people/population.ts'
import { convertToCcda } from '../../src/standards/ccda/convert.ts'
import { serialise } from '../../src/standards/xml/serialise.ts'
import { damaged } from '../builders/damage.ts'
import { seededRandom } from '../builders/random.ts'
import { publishedRecords } from './gp-connect-bundles.ts'

/** Patterns of the Schematron that find something to check in each document: a mistyped templateId silences some. */
const report = join(import.meta.dirname, 'ccda-report.json')
const records = publishedRecords()
const judge = process.env.CONFORMANCE_DATA && join(process.env.CONFORMANCE_DATA, '../tools/conformance/validate.sh')
const saxon = process.env.SAXON_JAR ?? '/usr/share/java/Saxon-HE.jar'
const missing = !judge
  ? 'CONFORMANCE_DATA is not set'
  : !existsSync(judge)
    ? `${judge} is not there`
    : !existsSync(saxon)
      ? 'Saxon-HE is not there: apt-get install libsaxonhe-java, or set SAXON_JAR'
      : spawnSync('javac', ['-version']).status !== 0
        ? 'no JDK'
        : undefined
const skip = missing ?? false
const at = new Date('2025-01-01T00:00:00Z')

type Verdict = {
  readonly name: string
  readonly xsd: number
  readonly schematron: number
  readonly vocab: number
  readonly other: number
  readonly patterns: number
}

function judged(documents: readonly { name: string; xml: string }[]): Verdict[] {
  const folder = mkdtempSync(join(tmpdir(), 'ccda-judge-'))
  try {
    const files = documents.map(({ xml }, index) => {
      const file = join(folder, `${index}.xml`)
      writeFileSync(file, xml)
      return file
    })
    const { stdout, stderr, error } = spawnSync(judge!, ['--no-warnings', ...files], {
      encoding: 'utf8',
      maxBuffer: 500_000_000,
      env: { ...process.env, CONFORMANCE_BUILD: join(folder, 'build') },
    })
    assert.equal(error, undefined)
    const verdicts = [
      ...stdout.matchAll(
        /^(?:ok|FAIL)\s+xsd=(\d+) schematron=(\d+) vocab=(\d+) other=(\d+) warnings=\d+ patterns=(\d+).*?(\d+)\.xml$/gm,
      ),
    ].map(([, xsd, schematron, vocab, other, patterns, index]) => ({
      name: documents[Number(index)]?.name ?? '',
      xsd: Number(xsd),
      schematron: Number(schematron),
      vocab: Number(vocab),
      other: Number(other),
      patterns: Number(patterns),
    }))
    assert.equal(verdicts.length, documents.length, stderr.slice(0, 2000))
    const bad = verdicts.filter((one) => one.xsd + one.schematron + one.vocab + one.other > 0)
    const findings = stdout.split('\n').filter((line) => line.startsWith('  '))
    assert.deepEqual(bad, [], findings.slice(0, 40).join('\n'))
    return verdicts
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('independent judges find no error of schema, Schematron or vocabulary in the document of any published record', {
  skip,
}, () => {
  const documents = (records ?? []).map(({ name, bundle }) => ({
    name,
    xml: serialise(convertToCcda(bundle, at).value),
  }))
  const patterns = Object.fromEntries(judged(documents).map((verdict) => [verdict.name, verdict.patterns]))
  if (process.env.CCDA_REPORT === 'write') writeFileSync(report, `${JSON.stringify(patterns, undefined, 2)}\n`)
  const before = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>
  for (const [name, count] of Object.entries(before))
    assert.ok((patterns[name] ?? 0) >= count, `${name}: ${patterns[name]} patterns, ${count} before`)
  assert.deepEqual(
    Object.keys(patterns).filter((name) => before[name] === undefined),
    [],
    'not in the report: CCDA_REPORT=write',
  )
  console.log(`${documents.length} documents judged`)
})

test('nor in those of made records with the quirks of real systems', { skip }, () => {
  const documents = population(2, 24).map((person) => ({
    name: person.id,
    xml: serialise(convertToCcda(JSON.parse(JSON.stringify(gpRecord(person))), at).value),
  }))
  console.log(`${judged(documents).length} documents judged`)
})

test('nor in those of records in which elements are missing, replaced or out of order', { skip }, () => {
  const random = seededRandom(11)
  const documents = population(5, 24).map((person) => ({
    name: person.id,
    xml: serialise(convertToCcda(damaged(JSON.parse(JSON.stringify(gpRecord(person))), random), at).value),
  }))
  console.log(`${judged(documents).length} documents judged`)
})
