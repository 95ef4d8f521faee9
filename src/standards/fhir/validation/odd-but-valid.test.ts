/** What looks odd and is right: a record turned away for nothing is as bad as one let in. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadDefinitions } from '../../../platform/definitions/load.ts'
import { parseJson } from '../json.ts'
import type { Resource } from '../types.ts'
import { createValidator } from './validator.ts'

const validate = createValidator(loadDefinitions())
const div = (inner: string) => ({
  status: 'generated',
  div: `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>`,
})
const P = (x: object = {}) => ({ resourceType: 'Patient', ...x })
const O = (x: object = {}) => ({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, ...x })
const Q = (...item: object[]) => ({ resourceType: 'Questionnaire', status: 'active', item })
const B = (type: string, x: object = {}) => ({ resourceType: 'Bundle', type, ...x })
const T = (repeat: object) => ({
  resourceType: 'ServiceRequest',
  status: 'active',
  intent: 'order',
  subject: { reference: 'Patient/1' },
  occurrenceTiming: { repeat },
})
const ext = (x: object) => ({ url: 'http://x.org/e', ...x })
const dar = { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }] }
const raw = (text: string) => ({ raw: text })
const valid: [string, object][] = [
  ['nothing but a type', P()],
  ['resourceType in the middle', raw('{"active":true,"resourceType":"Patient","gender":"male"}')],
  ['resourceType last', raw('{"active":true,"resourceType":"Patient"}')],
  ['a birth date without value', P({ _birthDate: dar })],
  [
    'null beside an extension',
    P({ name: [{ given: ['a', null], _given: [null, { extension: [ext({ valueString: 'x' })] }] }] }),
  ],
  ['given names: the sibling array is shorter', P({ name: [{ given: ['a', 'b', 'c'], _given: [{ id: 'x' }] }] })],
  ['given names that have extensions only', P({ name: [{ _given: [dar] }] })],
  ['id beside a primitive', P({ birthDate: '2000', _birthDate: { id: 'a1' } })],
  ['a year only', P({ birthDate: '1980' })],
  ['29 February of a leap year', P({ birthDate: '2000-02-29' })],
  ['year 9999', P({ birthDate: '9999-12-31' })],
  [
    'decimal with exponent',
    raw('{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.5e-3}}'),
  ],
  [
    'decimal with capital exponent',
    raw('{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1E2}}'),
  ],
  [
    'decimal with trailing zeros',
    raw('{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.000}}'),
  ],
  [
    'minus nought',
    raw('{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":-0.0}}'),
  ],
  [
    'decimal of many digits',
    raw(
      '{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":3.14159265358979323846264338327950288}}',
    ),
  ],
  ['offset +14:00', O({ effectiveDateTime: '2024-01-01T10:00:00+14:00' })],
  ['offset -12:00', O({ effectiveDateTime: '2024-01-01T10:00:00-12:00' })],
  ['nine digits of a second', O({ effectiveDateTime: '2024-01-01T10:00:00.123456789Z' })],
  ['a leap second', O({ effectiveDateTime: '2016-12-31T23:59:60Z' })],
  ['instant with zone and fraction', O({ effectiveInstant: '2024-01-01T10:00:00.1+01:00' })],
  ['time with fraction', O({ valueTime: '23:59:59.999' })],
  ['period with start and end of other precision', O({ effectivePeriod: { start: '2024-01', end: '2024-01-05' } })],
  ['period start and end equal', O({ effectivePeriod: { start: '2024-01-01', end: '2024-01-01' } })],
  [
    'period in another zone, in order',
    O({ effectivePeriod: { start: '2024-01-01T10:00:00+01:00', end: '2024-01-01T09:30:00Z' } }),
  ],
  ['open period', O({ effectivePeriod: { start: '2024' } })],
  ['base64 with line breaks', P({ photo: [{ contentType: 'image/png', data: 'aGVs\nbG8=' }] })],
  ['attachment by url alone', P({ photo: [{ url: 'http://x.org/p.png' }] })],
  ['attachment with contentType and title only', P({ photo: [{ contentType: 'image/png', title: 'x' }] })],
  ['mime type with parameter', { resourceType: 'Binary', contentType: 'text/plain; charset=utf-8', data: 'aGVsbG8=' }],
  ['mime type with suffix', { resourceType: 'Binary', contentType: 'application/vnd.oasis.opendocument.text+xml' }],
  ['code with one space inside', O({ valueCodeableConcept: { coding: [{ system: 'http://x', code: 'a b c' }] } })],
  ['code with odd letters', O({ valueCodeableConcept: { coding: [{ system: 'http://x', code: 'é|ß/<>' }] } })],
  ['coding without system', O({ valueCodeableConcept: { coding: [{ code: 'a', display: 'A' }] } })],
  ['quantity with unit only', O({ valueQuantity: { value: 5, unit: 'tablets' } })],
  ['quantity of no value', O({ valueQuantity: { unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' } })],
  ['quantity with comparator', O({ valueQuantity: { value: 5, comparator: '<' } })],
  ['range with one end', O({ valueRange: { low: { value: 5 } } })],
  [
    'range of other units',
    O({
      valueRange: {
        low: { value: 5, unit: 'g', system: 'http://unitsofmeasure.org', code: 'g' },
        high: { value: 1, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
      },
    }),
  ],
  ['ratio by extension', O({ valueRatio: { extension: [ext({ valueString: 'x' })] } })],
  ['negative value', O({ valueInteger: -2147483648 })],
  ['sampled data', O({ valueSampledData: { origin: { value: 0 }, period: 10, dimensions: 1, data: '1 2 E U L' } })],
  ['string of one letter', P({ name: [{ family: 'X' }] })],
  ['string with leading space and line breaks', P({ name: [{ text: ' a\r\n\tb ' }] })],
  ['string of a megabyte', P({ name: [{ family: 'x'.repeat(1048576) }] })],
  ['emoji and combining marks', P({ name: [{ family: '👩🏽‍⚕️ Zoë\u0301', given: ['𝒜'] }] })],
  ['right to left', P({ name: [{ family: 'محمد' }] })],
  ['uri that is urn:oid', P({ identifier: [{ system: 'urn:oid:2.16.840.1.113883.2.1.4.1', value: '1' }] })],
  ['uri that is relative', P({ identifier: [{ system: 'x', value: '1' }] })],
  ['uri with a fragment', P({ meta: { profile: ['http://x.org/p#y'] } })],
  ['canonical with version', P({ meta: { profile: ['http://x.org/p|1.0'] } })],
  ['reference by display', P({ managingOrganization: { display: 'x' } })],
  ['reference by identifier', P({ managingOrganization: { identifier: { system: 'urn:x', value: '1' } } })],
  [
    'reference by identifier and type',
    P({ managingOrganization: { type: 'Organization', identifier: { value: '1' } } }),
  ],
  [
    'reference absolute, elsewhere',
    P({ managingOrganization: { reference: 'http://elsewhere.org/fhir/Organization/1' } }),
  ],
  ['reference to a version', P({ managingOrganization: { reference: 'Organization/1/_history/2' } })],
  [
    'reference by urn:uuid',
    P({ managingOrganization: { reference: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520' } }),
  ],
  ['reference by URL of no FHIR server', P({ managingOrganization: { reference: 'https://x.org/orgs?id=7' } })],
  ['reference that is conditional', P({ managingOrganization: { reference: 'Organization?identifier=urn:x|1' } })],
  ['reference with extension only', P({ managingOrganization: dar })],
  [
    'contained, referred to by another contained',
    {
      ...O({
        contained: [
          { resourceType: 'Practitioner', id: 'a' },
          { resourceType: 'PractitionerRole', id: 'b', practitioner: { reference: '#a' } },
        ],
        performer: [{ reference: '#b' }],
      }),
    },
  ],
  [
    'contained that points at its container',
    P({ contained: [{ resourceType: 'RelatedPerson', id: 'r', patient: { reference: '#' } }] }),
  ],
  [
    'contained referred to by a canonical',
    {
      resourceType: 'QuestionnaireResponse',
      status: 'completed',
      questionnaire: '#q',
      contained: [{ resourceType: 'Questionnaire', id: 'q', status: 'active' }],
    },
  ],
  [
    'contained referred to by an extension',
    P({
      contained: [{ resourceType: 'Organization', id: 'o', name: 'x' }],
      extension: [ext({ valueReference: { reference: '#o' } })],
    }),
  ],
  [
    'contained with text',
    P({
      contained: [{ resourceType: 'Organization', id: 'o', name: 'x', text: div('x') }],
      managingOrganization: { reference: '#o' },
    }),
  ],
  [
    'the same element id in resource and contained',
    P({
      contained: [
        { resourceType: 'Organization', id: 'o', name: 'x', telecom: [{ id: 'e', system: 'phone', value: '1' }] },
      ],
      managingOrganization: { reference: '#o' },
      name: [{ id: 'e', family: 'x' }],
    }),
  ],
  [
    'extension of every odd type',
    P({
      extension: [
        ext({ valueBase64Binary: 'aGVsbG8=' }),
        ext({ valueAge: { value: 3, system: 'http://unitsofmeasure.org', code: 'a' } }),
        ext({ valueMoney: { value: 1, currency: 'GBP' } }),
        ext({ valueContributor: { type: 'author', name: 'x' } }),
        ext({ valueDosage: { text: 'x' } }),
        ext({ valueMeta: { tag: [{ code: 'x' }] } }),
        ext({ valueSignature: { type: [{ code: 'x' }], when: '2024-01-01T00:00:00Z', who: { display: 'x' } } }),
        ext({ valueUuid: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520' }),
        ext({ valueOid: 'urn:oid:1.2.3' }),
        ext({ valueMarkdown: '# x' }),
        ext({ valueUnsignedInt: 0 }),
        ext({ valuePositiveInt: 1 }),
      ],
    }),
  ],
  [
    'extension nested four deep',
    P({ extension: [ext({ extension: [ext({ extension: [ext({ extension: [ext({ valueString: 'x' })] })] })] })] }),
  ],
  [
    'extension with a relative url within',
    P({ extension: [{ url: 'http://x.org/e', extension: [{ url: 'part', valueString: 'x' }] }] }),
  ],
  [
    'extension with a value that has an extension only',
    P({ extension: [{ url: 'http://x.org/e', _valueString: dar }] }),
  ],
  [
    'modifier extension on a backbone',
    P({ contact: [{ modifierExtension: [ext({ valueString: 'x' })], name: { family: 'x' } }] }),
  ],
  [
    'narrative with a table, entities and an image',
    P({
      text: div(
        '<table border="1"><tr><td colspan="2">&nbsp;&eacute;&#233;&#xE9;&amp;</td></tr></table><img src="data:image/png;base64,aGVsbG8=" alt="x"/><a href="http://x.org">x</a><!-- c -->',
      ),
    }),
  ],
  ['narrative of an image alone', P({ text: div('<img src="x.png" alt="x"/>') })],
  [
    'narrative with style and class',
    P({
      text: {
        status: 'additional',
        div: '<div xmlns="http://www.w3.org/1999/xhtml" lang="en" xml:lang="en"><p style="color: red" class="a">x</p></div>',
      },
    }),
  ],
  [
    'empty narrative with status empty',
    P({ text: { status: 'empty', div: '<div xmlns="http://www.w3.org/1999/xhtml">-</div>' } }),
  ],
  ['narrative with an XML declaration of entities in text', P({ text: div('a &lt;script&gt; b') })],
  [
    'code of a required binding by extension',
    {
      resourceType: 'AllergyIntolerance',
      patient: { reference: 'Patient/1' },
      clinicalStatus: {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' },
          { system: 'http://local', code: 'a' },
        ],
      },
    },
  ],
  ['status missing by reason', { resourceType: 'Observation', _status: dar, code: { text: 'x' } }],
  ['code missing by reason', { resourceType: 'Observation', status: 'unknown', code: dar }],
  ['language tags', P({ language: 'en-GB-oxendict' })],
  [
    'language in upper case',
    P({ communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'ZH-hant-TW' }] } }] }),
  ],
  ['bundle without entries', B('collection')],
  [
    'searchset with total and outcome',
    B('searchset', {
      total: 0,
      entry: [
        {
          resource: { resourceType: 'OperationOutcome', issue: [{ severity: 'warning', code: 'informational' }] },
          search: { mode: 'outcome' },
        },
      ],
    }),
  ],
  [
    'history with versions of one',
    B('history', {
      total: 2,
      entry: [
        {
          fullUrl: 'http://x/Patient/1',
          resource: P({ id: '1', meta: { versionId: '2' } }),
          request: { method: 'PUT', url: 'Patient/1' },
          response: { status: '200' },
        },
        { fullUrl: 'http://x/Patient/1', request: { method: 'DELETE', url: 'Patient/1' }, response: { status: '204' } },
      ],
    }),
  ],
  [
    'bundle in a bundle',
    B('collection', { entry: [{ resource: B('collection', { entry: [{ resource: P({ id: '1' }) }] }) }] }),
  ],
  [
    'transaction with delete and get',
    B('transaction', {
      entry: [{ request: { method: 'DELETE', url: 'Patient/1' } }, { request: { method: 'GET', url: 'Patient?x=1' } }],
    }),
  ],
  [
    'one fullUrl in two versions',
    B('collection', {
      entry: [
        { fullUrl: 'http://x/Patient/1', resource: P({ id: '1', meta: { versionId: '1' } }) },
        { fullUrl: 'http://x/Patient/1', resource: P({ id: '1', meta: { versionId: '2' } }) },
      ],
    }),
  ],
  [
    'parameters of all shapes',
    {
      resourceType: 'Parameters',
      parameter: [
        {
          name: 'a',
          part: [
            { name: 'b', resource: P() },
            { name: 'c', valueBoolean: false },
          ],
        },
        { name: 'a', valueReference: { reference: 'Patient/1' } },
      ],
    },
  ],
  ['parameters without parameter', { resourceType: 'Parameters' }],
  [
    'questionnaire with enableWhen',
    Q(
      { linkId: '1', type: 'boolean' },
      {
        linkId: '2',
        type: 'string',
        enableWhen: [
          { question: '1', operator: 'exists', answerBoolean: true },
          { question: '1', operator: '=', answerBoolean: false },
        ],
        enableBehavior: 'any',
      },
    ),
  ],
  [
    'questionnaire of a repeating question with two initials',
    Q({ linkId: '1', type: 'string', repeats: true, initial: [{ valueString: 'a' }, { valueString: 'b' }] }),
  ],
  ['questionnaire without items', { resourceType: 'Questionnaire', status: 'draft' }],
  [
    'task with dates of other precision',
    {
      resourceType: 'Task',
      status: 'draft',
      intent: 'order',
      authoredOn: '2024-01-01',
      lastModified: '2024-01-01T10:00:00Z',
    },
  ],
  [
    'dispense on a day, prepared at a time',
    {
      resourceType: 'MedicationDispense',
      status: 'completed',
      medicationCodeableConcept: { text: 'x' },
      whenPrepared: '2024-01-01T10:00:00Z',
      whenHandedOver: '2024-01-01',
    },
  ],
  [
    'timing with all',
    T({
      boundsPeriod: { start: '2024' },
      count: 3,
      duration: 1,
      durationUnit: 'h',
      frequency: 2,
      period: 1,
      periodUnit: 'd',
      dayOfWeek: ['mon'],
      timeOfDay: ['08:00:00'],
    }),
  ],
  ['timing offset after a meal', T({ when: ['PC'], offset: 30 })],
  [
    'timing by code',
    {
      resourceType: 'ServiceRequest',
      status: 'active',
      intent: 'order',
      subject: { reference: 'Patient/1' },
      occurrenceTiming: { code: { text: 'BID' } },
    },
  ],
  [
    'condition abated and resolved',
    {
      resourceType: 'Condition',
      subject: { reference: 'Patient/1' },
      abatementBoolean: undefined,
      abatementString: 'x',
      clinicalStatus: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'resolved' }],
      },
    },
  ],
  [
    'onset as age',
    {
      resourceType: 'Condition',
      subject: { reference: 'Patient/1' },
      clinicalStatus: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
      },
      onsetAge: { value: 3.5, unit: 'years', system: 'http://unitsofmeasure.org', code: 'a' },
    },
  ],
  ['deceased false', P({ deceasedBoolean: false })],
  ['multiple birth 0', P({ multipleBirthInteger: 0 })],
  ['boolean with extension', P({ active: true, _active: { extension: [ext({ valueString: 'x' })] } })],
  [
    'component with the code of another system',
    O({
      code: { coding: [{ system: 'http://l', code: 'a' }] },
      valueString: 'x',
      component: [{ code: { coding: [{ system: 'http://m', code: 'a' }] }, valueString: 'y' }],
    }),
  ],
  [
    'component with the code of the observation, observation without value',
    O({
      code: { coding: [{ system: 'http://l', code: 'a' }] },
      component: [{ code: { coding: [{ system: 'http://l', code: 'a' }] }, valueString: 'y' }],
    }),
  ],
  ['id of 64 characters', P({ id: 'a'.repeat(64) })],
  ['id of full stops', P({ id: 'a.b-C.0' })],
  [
    'structure definition, differential alone',
    {
      resourceType: 'StructureDefinition',
      url: 'http://x.org/sd',
      name: 'X',
      status: 'draft',
      kind: 'resource',
      abstract: false,
      type: 'Patient',
      baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
      derivation: 'constraint',
      differential: {
        element: [
          { id: 'Patient', path: 'Patient' },
          { id: 'Patient.name:x', path: 'Patient.name', sliceName: 'x', min: 1, max: '1' },
        ],
      },
    },
  ],
  [
    'logical model',
    {
      resourceType: 'StructureDefinition',
      url: 'http://x.org/lm',
      name: 'LM',
      status: 'draft',
      kind: 'logical',
      abstract: false,
      type: 'http://x.org/lm',
      baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Element',
      derivation: 'specialization',
      differential: {
        element: [
          { id: 'lm', path: 'lm' },
          { id: 'lm.a', path: 'lm.a', type: [{ code: 'string' }] },
        ],
      },
    },
  ],
  [
    'extension definition',
    {
      resourceType: 'StructureDefinition',
      url: 'http://x.org/e',
      name: 'E',
      status: 'active',
      kind: 'complex-type',
      abstract: false,
      type: 'Extension',
      context: [{ type: 'element', expression: 'Patient' }],
      baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Extension',
      derivation: 'constraint',
      differential: {
        element: [
          { id: 'Extension', path: 'Extension' },
          { id: 'Extension.url', path: 'Extension.url', fixedUri: 'http://x.org/e' },
        ],
      },
    },
  ],
  [
    'value set by value set',
    { resourceType: 'ValueSet', status: 'active', compose: { include: [{ valueSet: ['http://x.org/vs'] }] } },
  ],
  [
    'value set expansion abstract',
    {
      resourceType: 'ValueSet',
      status: 'active',
      expansion: {
        timestamp: '2024-01-01',
        contains: [{ abstract: true, display: 'x', contains: [{ system: 'http://x', code: 'a' }] }],
      },
    },
  ],
  [
    'operation definition',
    {
      resourceType: 'OperationDefinition',
      name: 'x',
      status: 'draft',
      kind: 'operation',
      code: 'x',
      system: false,
      type: true,
      instance: false,
      parameter: [{ name: 'a', use: 'in', min: 0, max: '*', type: 'string', searchType: 'token' }],
    },
  ],
  [
    'capability statement',
    {
      resourceType: 'CapabilityStatement',
      status: 'draft',
      date: '2024',
      kind: 'requirements',
      description: 'x',
      fhirVersion: '4.0.1',
      format: ['json', 'application/fhir+xml'],
      rest: [{ mode: 'server' }],
    },
  ],
  [
    'appointment proposed without times',
    {
      resourceType: 'Appointment',
      status: 'proposed',
      participant: [{ type: [{ text: 'x' }], status: 'needs-action' }],
    },
  ],
  ['invoice in yen', { resourceType: 'Invoice', status: 'draft', totalNet: { value: 100, currency: 'JPY' } }],
  ['group', { resourceType: 'Group', type: 'person', actual: true, member: [{ entity: { reference: 'Patient/1' } }] }],
  ['list empty', { resourceType: 'List', status: 'current', mode: 'snapshot', emptyReason: { text: 'x' } }],
  [
    'consent',
    {
      resourceType: 'Consent',
      status: 'active',
      scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
      category: [{ text: 'x' }],
      patient: { reference: 'Patient/1' },
      policy: [{ uri: 'http://x' }],
    },
  ],
  [
    'risk with range',
    {
      resourceType: 'RiskAssessment',
      status: 'final',
      subject: { reference: 'Patient/1' },
      prediction: [
        { outcome: { text: 'x' } },
        { probabilityRange: { low: { value: 1, system: 'http://unitsofmeasure.org', code: '%' } } },
        { probabilityDecimal: 5 },
      ],
    },
  ],
  ['binary of nothing', { resourceType: 'Binary', contentType: 'application/pdf' }],
  ['link and multiple photos', P({ link: [{ other: { reference: 'RelatedPerson/1' }, type: 'seealso' }] })],
  [
    'goal with target',
    {
      resourceType: 'Goal',
      lifecycleStatus: 'active',
      description: { text: 'x' },
      subject: { reference: 'Group/1' },
      target: [{ measure: { text: 'x' }, detailQuantity: { value: 1 } }, { dueDate: '2024' }],
    },
  ],
  [
    'test script',
    {
      resourceType: 'TestScript',
      url: 'http://x',
      name: 'x',
      status: 'draft',
      test: [
        {
          action: [
            { operation: { encodeRequestUrl: true, sourceId: 'a' } },
            { assert: { warningOnly: false, response: 'okay' } },
          ],
        },
      ],
    },
  ],
  ['molecular sequence', { resourceType: 'MolecularSequence', coordinateSystem: 0 }],
  [
    'plan definition trigger',
    {
      resourceType: 'PlanDefinition',
      status: 'draft',
      action: [
        {
          trigger: [
            { type: 'named-event', name: 'x' },
            { type: 'periodic', timingDate: '2024' },
          ],
        },
      ],
    },
  ],
]

for (const [name, resource] of valid)
  test(`accepted though it is odd: ${name}`, () => {
    const text = 'raw' in resource ? String(resource.raw) : JSON.stringify(resource)
    assert.deepEqual(validate(parseJson(text) as Resource), [])
  })
