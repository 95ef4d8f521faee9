import assert from 'node:assert/strict'
import { test } from 'node:test'
import { convertToCcda } from '../../src/standards/ccda/convert.ts'
import { unplaced } from '../../src/standards/ccda/ledger.ts'
import type { ExpandedElement } from '../../src/standards/xml/element.ts'
import { serialise } from '../../src/standards/xml/serialise.ts'
import { expand } from '../../src/standards/xml/template.ts'
import { readXml } from '../../src/standards/xml/read.ts'
import { all, words } from '../builders/gp-bundle.ts'
import { publishedRecords } from './gp-connect-bundles.ts'

const at = new Date('2025-01-01T00:00:00Z')
const records = publishedRecords()
const skip = records ? false : 'CONFORMANCE_DATA is not set'
/** What may be left out for want of a reference: it says nothing about a patient. */
const silent = new Set([
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'Location',
  'HealthcareService',
  'Medication',
  'Specimen',
  'List',
])

test('every resource of every published record is in the document, supports what is, or is left out for a reason', {
  skip,
}, () => {
  let counted = 0
  for (const { name, bundle } of records ?? []) {
    const { value, ledger } = convertToCcda(bundle, at)
    const owned = (bundle.entry ?? []).length
    assert.ok(ledger.length >= owned, name)
    const ids = new Map<string, string>()
    const rows: string[] = []
    const pointed = new Set<string>()
    const visit = (element: ExpandedElement): void => {
      const id = element.attributes?.ID
      if (id !== undefined) {
        assert.ok(!ids.has(id), `${name}: two of ${id}`)
        ids.set(id, '')
        // Rows about the document itself have no entry.
        if (element.name === 'tr' && !id.startsWith('z')) rows.push(id)
      }
      if (element.name === 'reference') pointed.add(element.attributes?.value ?? '')
      for (const child of element.children ?? []) if (typeof child !== 'string') visit(child)
    }
    visit(expand(value))
    for (const id of rows)
      assert.ok(pointed.has(`#${id}`) || pointed.has(`#${id}c`), `${name}: no entry points at the row ${id}`)
    for (const target of pointed)
      assert.ok(!target.startsWith('#') || ids.has(target.slice(1)), `${name}: nothing is at ${target}`)
    for (const line of ledger) {
      counted++
      if (line.became === 'entry')
        assert.ok(ids.has(line.entry), `${name}: ${line.resource} is said to be at ${line.entry}`)
      else if (line.became === 'left-out') {
        assert.notEqual(line.reason, unplaced, `${name}: ${line.resource}`)
        assert.ok(
          line.reason.startsWith('The same as ') || silent.has(line.type),
          `${name}: ${line.resource}: ${line.reason}`,
        )
      } else assert.notEqual(line.used, '')
    }
  }
  console.log(`${records?.length} records, ${counted} resources accounted for`)
})

test('the same record and time give the same bytes, and a reader finds nothing wrong with them', { skip }, () => {
  for (const { name, bundle } of records ?? []) {
    const xml = serialise(convertToCcda(bundle, at).value)
    assert.equal(serialise(convertToCcda(structuredCloneOf(bundle), at).value), xml, name)
    assert.equal(readXml(xml).local, 'ClinicalDocument')
  }
})

test('notes, comments and dosages of every published record reach the reader whole', { skip }, () => {
  let checked = 0
  for (const { name, bundle } of records ?? []) {
    const document = expand(convertToCcda(bundle, at).value)
    const text = flat(all(document, 'text').map(words).join('\n'))
    for (const { resource } of (bundle.entry ?? []) as { resource?: Record<string, unknown> }[])
      for (const wanted of freeText(resource ?? {})) {
        checked++
        assert.ok(
          text.includes(flat(wanted)),
          `${name}: ${String(resource?.resourceType)}/${String(resource?.id)}: ${wanted}`,
        )
      }
  }
  console.log(`${checked} texts found`)
})

/** JSON numbers that keep their digits survive no structuredClone. */
function structuredCloneOf(bundle: unknown): unknown {
  return JSON.parse(JSON.stringify(bundle), (_key, value: unknown, context?: { source?: string }) =>
    typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
      ? (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(context.source)
      : value,
  )
}

function flat(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\s\x00-\x1f]+/g, ' ').trim()
}

function freeText(resource: Record<string, unknown>): string[] {
  const found: string[] = []
  const take = (value: unknown): void => {
    if (typeof value === 'string' && value.trim() !== '') found.push(value)
  }
  const type = resource.resourceType
  if (type === 'Observation') take(resource.comment)
  if (type === 'DiagnosticReport') take(resource.conclusion)
  if (type === 'DocumentReference') take(resource.description)
  if (type === 'ReferralRequest') take(resource.description)
  if (type !== 'List' && Array.isArray(resource.note))
    for (const note of resource.note as { text?: unknown }[]) take(note.text)
  for (const name of ['dosage', 'dosageInstruction'])
    if (Array.isArray(resource[name]))
      for (const dosage of resource[name] as { text?: unknown; patientInstruction?: unknown }[]) {
        take(dosage.text)
        take(dosage.patientInstruction)
      }
  return found
}
