import type { Random } from '../builders/random.ts'
import { anything } from './mutate.ts'

/** A JSON Patch or a FHIRPath Patch, of operations that often cannot be done. */
export function patchDocument(type: string, random: Random): { contentType: string; body: unknown } {
  if (random.integer(3) === 0) return fittingPatch(type, random)
  const count = random.integer(3) + 1
  if (random.integer(2) === 0)
    return {
      contentType: 'application/json-patch+json',
      body: Array.from({ length: count }, () => jsonPatchOperation(random)),
    }
  return {
    contentType: 'application/fhir+json',
    body: {
      resourceType: 'Parameters',
      parameter: Array.from({ length: count }, () => fhirPathOperation(type, random)),
    },
  }
}

/** What most resources take. */
function fittingPatch(type: string, random: Random): { contentType: string; body: unknown } {
  const language = random.pick(['de', 'en', 'cy'])
  if (random.integer(2) === 0)
    return {
      contentType: 'application/json-patch+json',
      body: [
        { op: 'add', path: '/language', value: language },
        { op: 'test', path: '/resourceType', value: type },
      ],
    }
  const part = [
    { name: 'type', valueCode: 'add' },
    { name: 'path', valueString: type },
    { name: 'name', valueString: 'implicitRules' },
    { name: 'value', valueUri: `urn:${language}` },
  ]
  const cleared = [
    { name: 'type', valueCode: 'delete' },
    { name: 'path', valueString: `${type}.implicitRules` },
  ]
  return {
    contentType: 'application/fhir+json',
    body: {
      resourceType: 'Parameters',
      parameter: [cleared, part].map((one) => ({ name: 'operation', part: one })),
    },
  }
}

const paths = [
  '/active',
  '/gender',
  '/name/0/family',
  '/name/-',
  '/name/99',
  '/id',
  '/meta',
  '/meta/versionId',
  '/resourceType',
  '',
  '/',
  '/nothing/x',
  '/extension',
  '/language',
  '/__proto__/x',
  '/constructor/prototype/x',
  '/name/01',
  '/~2',
  'name',
]

function jsonPatchOperation(random: Random): unknown {
  const op = random.pick(['add', 'remove', 'replace', 'move', 'copy', 'test', 'nothing', 7])
  const value = random.integer(2) === 0 ? random.pick([true, 'male', 'x', 'de']) : anything(random)
  return { op, path: random.pick(paths), value, ...(random.integer(2) === 0 && { from: random.pick(paths) }) }
}

function fhirPathOperation(type: string, random: Random): unknown {
  const path = random.pick([
    type,
    `${type}.language`,
    `${type}.name`,
    `${type}.name[0].family`,
    `${type}.gender`,
    `${type}.nothing`,
    `${type}.id`,
    `${type}.meta.versionId`,
    `${type}.name.where(use='official')`,
    `${type}.descendants()`,
    `${type}.name.repeat(given)`,
    "'x'.matches('(a+)+b')",
    '(((',
    '',
    `${type}.extension.where(url='x')`,
    'Patient.name | Patient.telecom',
    'now()',
  ])
  return {
    name: 'operation',
    part: [
      { name: 'type', valueCode: random.pick(['add', 'insert', 'delete', 'replace', 'move', 'x']) },
      { name: 'path', valueString: path },
      { name: 'name', valueString: random.pick(['language', 'gender', 'name', 'id', '__proto__', 'extension']) },
      random.integer(2) === 0
        ? { name: 'value', valueCode: random.pick(['de', 'male', 'x']) }
        : { name: 'value', valueHumanName: { family: 'Patched' } },
      ...(random.integer(3) === 0
        ? [
            { name: 'index', valueInteger: random.pick([0, 1, -1, 99]) },
            { name: 'source', valueInteger: random.integer(3) },
            { name: 'destination', valueInteger: random.integer(3) },
          ]
        : []),
    ],
  }
}
