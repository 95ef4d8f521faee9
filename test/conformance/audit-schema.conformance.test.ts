import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { aGateway, aPatient, assertion, fakeSources, nhsNumber } from '../builders/gateway.ts'
import * as soap from '../builders/soap.ts'

const data = process.env.CONFORMANCE_DATA
const schema = data && join(data, '../tools/conformance/ihe-schemas/audit/dicom2017c.xsd')
const missing = !schema ? 'CONFORMANCE_DATA is not set' : !existsSync(schema) ? `${schema} is not there` : false

test('audit messages are what DICOM says they are: answered, failed, refused, and of every transaction', {
  skip: missing,
}, async () => {
  const gateways = [
    aGateway(),
    aGateway({ sources: fakeSources({ outcome: 'restricted', demographics: aPatient({ restricted: true }) }) }),
  ]
  const number = nhsNumber(1)
  const messages: string[] = []
  for (const gateway of gateways) {
    const send = (path: string, action: string, body: string, security?: string) =>
      gateway.send(path, soap.envelope({ action, body, now: gateway.clock.now, ...(security && { security }) }))
    await send(
      '/SOAP/iti47',
      soap.actions.iti47,
      soap.patientQuery(soap.nhsId(number) + soap.name('Amber & Jo', '<Quartz>')),
    )
    await send(
      '/SOAP/iti55',
      soap.actions.iti55,
      soap.patientQuery(soap.birthTime('19700228') + soap.name('Amber', 'Quartz')),
    )
    await send('/SOAP/iti47', soap.actions.continue, soap.continuation('waitContinuedQueryResponse', 1))
    await send('/SOAP/iti47', soap.actions.cancel, soap.continuation('aborted', 0))
    const listed = await send('/SOAP/iti38', soap.actions.iti38, soap.findDocuments(number))
    const { stable } = soap.uniqueIds(String(listed.body))
    await send('/SOAP/iti39', soap.actions.iti39, soap.retrieve([{ id: stable[0] ?? '2.25.1' }, { id: '2.25.2' }]))
    await send(
      '/SOAP/iti38',
      soap.actions.iti38,
      soap.findDocuments(number),
      assertion(gateway.clock.now).replace('ajones', 'asmith'),
    )
    await send('/SOAP/iti38', soap.actions.iti39, soap.findDocuments(number))
    await gateway.send('/SOAP/iti38', 'nonsense')
    messages.push(...gateway.log.records.map(({ auditMessage }) => auditMessage))
  }
  assert.equal(messages.length, 18)
  const folder = mkdtempSync(join(tmpdir(), 'audit-schema-'))
  const files = messages.map((message, index) => {
    const file = join(folder, `${index}.xml`)
    writeFileSync(file, message)
    return file
  })
  const { status, stdout, stderr } = spawnSync(
    'java',
    [join(import.meta.dirname, 'XsdCheck.java'), schema!, ...files],
    { encoding: 'utf8' },
  )
  assert.equal(status, 0, stdout + stderr)
  rmSync(folder, { recursive: true })
})
