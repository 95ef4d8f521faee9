import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { aGateway, assertion, fakeSources, found, nhsNumber, settings } from '../builders/gateway.ts'
import * as soap from '../builders/soap.ts'
import { mutate, seeded } from './mutate.ts'
import { asFile } from './soap-cases.ts'

const data = process.env.CONFORMANCE_DATA
const judge = data && join(data, '../tools/conformance/validate-soap.sh')
const missing = !judge ? 'CONFORMANCE_DATA is not set' : !existsSync(judge) ? `${judge} is not there` : false
const count = 5000
const seed = Number(process.env.FUZZ_SEED ?? 20260301)

/** The published sample messages of the four transactions, each in an envelope that would be let in. */
function samples(now: Date): { path: string; text: string }[] {
  const folder = join(data!, 'ihe-messages')
  const security = assertion(now)
  const wrap = (path: string, action: string, body: string) => ({
    path,
    text: soap.envelope({ action, body, now, security }),
  })
  const bodyOf = (file: string) => {
    const text = readFileSync(join(folder, file), 'utf8').replace(/<\?xml[^>]*\?>/, '')
    return /<(\w+:)?Body[^>]*>(.*)<\/\1Body>/s.exec(text)?.[2] ?? text
  }
  const files = (part: string, pattern: RegExp) =>
    readdirSync(join(folder, part))
      .filter((file) => pattern.test(file))
      .map((file) => `${part}/${file}`)
  const number = nhsNumber(1)
  return [
    ...files('ipf', /^(iti47|tutorial).*(?<!esponse)\.xml$/).map((file) =>
      wrap('/SOAP/iti47', soap.actions.iti47, bodyOf(file)),
    ),
    ...files('ipf', /^iti55-sample-request/).map((file) => wrap('/SOAP/iti55', soap.actions.iti55, bodyOf(file))),
    wrap('/SOAP/iti38', soap.actions.iti38, bodyOf('nist/soap-xcq-req.xml')),
    wrap('/SOAP/iti38', soap.actions.iti38, bodyOf('nist/soap-sq-req.xml')),
    wrap('/SOAP/iti39', soap.actions.iti39, bodyOf('nist/soap-xcr-req.xml')),
    ...files('nist', /^soap-(xcq|xcr)-req\.xml$/).map((file) => ({
      path: file.includes('xcq') ? '/SOAP/iti38' : '/SOAP/iti39',
      text: readFileSync(join(folder, file), 'utf8'),
    })),
    // The samples ask for patients and documents that are not here; these find something.
    wrap('/SOAP/iti38', soap.actions.iti38, soap.findDocuments(number)),
    wrap(
      '/SOAP/iti47',
      soap.actions.iti47,
      soap.patientQuery(
        soap.gender('F') +
          soap.birthTime('19700228') +
          soap.nhsId(number) +
          soap.name('Amber', 'Quartz') +
          soap.address('RO1 1CK'),
      ),
    ),
    wrap(
      '/SOAP/iti55',
      soap.actions.iti55,
      soap.patientQuery(
        soap.gender('F') + soap.birthTime('19700228') + soap.nhsId(number) + soap.name('Amber', 'Quartz'),
      ),
    ),
    wrap('/SOAP/iti47', soap.actions.continue, soap.continuation('waitContinuedQueryResponse', 1)),
    wrap('/SOAP/iti47', soap.actions.cancel, soap.continuation('aborted', 0)),
  ]
}

test(`${count} damaged messages get no 500, no answer the judge faults, and leave no trace of a person in the log`, {
  skip: missing,
}, async () => {
  const gateway = aGateway({
    sources: fakeSources((query) =>
      query.by === 'demographics' && query.demographics.family === 'Jones' ? { outcome: 'none' } : found(),
    ),
    settings: { xua: { ...settings.xua, assertionUse: 'until-expiry' } },
  })
  const random = seeded(seed)
  const messages = samples(gateway.clock.now)
  assert.ok(messages.length > 15)
  const answers = new Map<string, { extension: string; bytes: Buffer; from: number }>()
  const statuses = new Map<number, number>()
  for (let index = 0; index < count; index++) {
    const { path, text } = messages[index % messages.length]!
    const fresh = text.replace(
      /urn:uuid:[0-9a-f-]{36}/,
      `urn:uuid:00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    )
    const [before, body, after] = /^(.*<s:Body>)(.*)(<\/s:Body>.*)$/s.exec(fresh)?.slice(1) ?? ['', fresh, '']
    // Mostly the body, so that the damage gets past the door; else anything.
    const damaged = random() < 0.8 ? before + mutate(body!, random) + after : mutate(fresh, random)
    const packed = random() < 0.15
    const whole = packed ? soap.mtom(damaged) : damaged
    const bytes =
      random() < 0.1
        ? Buffer.from(`\ufeff${whole}`, 'utf16le')
        : Buffer.from(packed && random() < 0.2 ? mutate(whole, random) : whole)
    const type = random() < 0.03 ? 'text/plain' : packed ? soap.mtomType : 'application/soap+xml'
    const response = await gateway.send(path, bytes, type)
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
    assert.notEqual(response.status, 500, `mutation ${index} of ${path}`)
    const { extension, bytes: answer } = asFile(response)
    const alike = answer
      .toString()
      .replaceAll(/[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}/g, '')
      .replaceAll(/0000-4000-8000-\d+/g, '')
    if (!answers.has(alike)) answers.set(alike, { extension, bytes: answer, from: index })
  }
  assert.equal(gateway.log.records.length, count)
  const lines = JSON.stringify(gateway.lines)
  for (const secret of [nhsNumber(1), 'Quartz', 'Amber', 'Jimmy', 'ajones', 's:Envelope', 'livingSubjectName>'])
    assert.ok(!lines.includes(secret), secret)
  const folder = mkdtempSync(join(tmpdir(), 'soap-mutations-'))
  const files = answers.values().map(({ extension, bytes, from }) => {
    const file = join(folder, `${from}.${extension}`)
    writeFileSync(file, bytes)
    return file
  })
  const { status, stdout, stderr } = spawnSync(judge!, [...files], {
    encoding: 'utf8',
    maxBuffer: 500_000_000,
    env: { ...process.env, CONFORMANCE_BUILD: join(folder, 'build') },
  })
  assert.equal(
    status,
    0,
    `seed ${seed}: ${stderr.slice(0, 1000)}\n${stdout
      .split('\n')
      .filter((line) => !line.startsWith('ok '))
      .slice(0, 60)
      .join('\n')}`,
  )
  console.log(
    `${count} answers, ${answers.size} of them different, ${[...statuses].map(([code, times]) => `${code}: ${times}`).join(', ')}`,
  )
  rmSync(folder, { recursive: true })
})
