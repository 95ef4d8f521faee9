/** Resources that a hand broke where rules that damage valid ones do not reach: each is refused where it is wrong, and only there. */
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
const SD = (x: object = {}) => ({
  resourceType: 'StructureDefinition',
  url: 'http://x.org/sd',
  name: 'X',
  status: 'draft',
  kind: 'resource',
  abstract: false,
  type: 'Patient',
  baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
  derivation: 'constraint',
  differential: { element: [{ id: 'Patient', path: 'Patient' }] },
  ...x,
})
const el = (x: object) =>
  SD({
    differential: {
      element: [
        { id: 'Patient', path: 'Patient' },
        { id: 'Patient.name', path: 'Patient.name', ...x },
      ],
    },
  })
const broken: [string, object, string[]][] = [
  ['choice spelled in lower case', O({ valuestring: 'x' }), ['Observation.valuestring']],
  ['choice of a type the element has not', O({ valueDecimal: 1.5 }), ['Observation.value']],
  ['choice without a type', O({ value: 'x' }), ['Observation.value']],
  [
    'two choices, one only as extension',
    O({ valueString: 'x', _valueBoolean: { extension: [ext({ valueCode: 'a' })] } }),
    ['Observation.value'],
  ],
  [
    'reference to a type the element does not take',
    O({ subject: { reference: 'Practitioner/1' } }),
    ['Observation.subject.reference'],
  ],
  [
    'reference.type that the element does not take',
    O({ subject: { type: 'Practitioner', identifier: { value: '1' } } }),
    ['Observation.subject.type'],
  ],
  [
    'reference and its type disagree',
    O({ subject: { reference: 'Patient/1', type: 'Group' } }),
    ['Observation.subject.type'],
  ],
  [
    'reference to a contained one of the wrong type',
    O({ contained: [{ resourceType: 'Practitioner', id: 'a' }], subject: { reference: '#a' } }),
    ['Observation.subject.reference'],
  ],
  [
    'contained and not mentioned',
    P({ contained: [{ resourceType: 'Organization', id: 'a', name: 'x' }] }),
    ['Patient.contained[0]'],
  ],
  [
    'contained within contained',
    P({
      contained: [
        {
          resourceType: 'Organization',
          id: 'a',
          name: 'x',
          contained: [{ resourceType: 'Organization', id: 'b', name: 'y' }],
        },
      ],
      managingOrganization: { reference: '#a' },
    }),
    ['Patient.contained[0].contained'],
  ],
  ['contained without id', P({ contained: [{ resourceType: 'Organization', name: 'x' }] }), ['Patient.contained[0]']],
  [
    'contained twice with one id',
    P({
      contained: [
        { resourceType: 'Organization', id: 'a', name: 'x' },
        { resourceType: 'Organization', id: 'a', name: 'y' },
      ],
      managingOrganization: { reference: '#a' },
    }),
    ['Patient.contained[1]'],
  ],
  [
    'contained with versionId',
    P({
      contained: [{ resourceType: 'Organization', id: 'a', name: 'x', meta: { versionId: '1' } }],
      managingOrganization: { reference: '#a' },
    }),
    ['Patient.contained[0].meta.versionId'],
  ],
  [
    'reference to a contained one that is not there',
    P({ managingOrganization: { reference: '#zz' } }),
    ['Patient.managingOrganization.reference'],
  ],
  [
    'contained without resourceType',
    P({ contained: [{ id: 'a' }], managingOrganization: { reference: '#a' } }),
    ['Patient.contained[0]'],
  ],
  [
    'element ids twice',
    P({
      name: [
        { id: 'n', family: 'x' },
        { id: 'n', family: 'y' },
      ],
    }),
    ['Patient.name[1].id'],
  ],
  [
    'element ids twice, one on a primitive',
    P({ birthDate: '2000', _birthDate: { id: 'n' }, name: [{ id: 'n', family: 'x' }] }),
    ['Patient.name[0].id'],
  ],
  [
    'a canonical with a space',
    { resourceType: 'Questionnaire', status: 'active', derivedFrom: ['http://x.org/a b'] },
    ['Questionnaire.derivedFrom[0]'],
  ],
  ['a profile that is empty', P({ meta: { profile: [''] } }), ['Patient.meta.profile[0]']],
  ['script in the narrative', P({ text: div('<script>alert(1)</script>') }), ['Patient.text.div']],
  ['an entity HTML has not', P({ text: div('&nosuch;') }), ['Patient.text.div']],
  [
    'a doctype entity',
    P({
      text: {
        status: 'generated',
        div: '<!DOCTYPE div [<!ENTITY a "b">]><div xmlns="http://www.w3.org/1999/xhtml">&a;</div>',
      },
    }),
    ['Patient.text.div'],
  ],
  ['an event handler', P({ text: div('<p onclick="x()">a</p>') }), ['Patient.text.div']],
  ['a link that runs script', P({ text: div('<a href="javascript:alert(1)">a</a>') }), ['Patient.text.div']],
  ['an iframe', P({ text: div('<iframe src="http://x"></iframe>') }), ['Patient.text.div']],
  ['a form', P({ text: div('<form><input/></form>') }), ['Patient.text.div']],
  ['an empty narrative', P({ text: div(' ') }), ['Patient.text.div']],
  ['a narrative without namespace', P({ text: { status: 'generated', div: '<div>x</div>' } }), ['Patient.text.div']],
  ['a narrative not well formed', P({ text: div('<p>a<br></p>') }), ['Patient.text.div']],
  [
    'a narrative of two divs',
    P({
      text: {
        status: 'generated',
        div: '<div xmlns="http://www.w3.org/1999/xhtml">a</div><div xmlns="http://www.w3.org/1999/xhtml">b</div>',
      },
    }),
    ['Patient.text.div'],
  ],
  [
    'text status missing',
    P({ text: { div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' } }),
    ['Patient.text.status'],
  ],
  ['null in values without extension', P({ name: [{ given: ['a', null] }] }), ['Patient.name[0].given[1]']],
  ['null in both arrays', P({ name: [{ given: ['a', null], _given: [null, null] }] }), ['Patient.name[0].given[1]']],
  [
    'an extension array where one is wanted',
    P({ birthDate: '2000', _birthDate: [{ id: 'x' }] }),
    ['Patient.birthDate'],
  ],
  [
    'an extension object where an array is wanted',
    P({ name: [{ given: ['a'], _given: { id: 'x' } }] }),
    ['Patient.name[0].given'],
  ],
  ['a sibling of a complex element', P({ _name: [{ id: 'x' }] }), ['Patient.name']],
  ['a primitive that is an object', P({ birthDate: { value: '2000' } }), ['Patient.birthDate']],
  ['a sibling that holds a value', P({ _birthDate: { valueDate: '2000' } }), ['Patient.birthDate.valueDate']],
  ['an empty sibling', P({ birthDate: '2000', _birthDate: {} }), ['Patient.birthDate']],
  ['dateTime with time, without zone', O({ effectiveDateTime: '2024-01-01T10:00:00' }), ['Observation.effective']],
  ['dateTime without seconds', O({ effectiveDateTime: '2024-01-01T10:00Z' }), ['Observation.effective']],
  ['date that is not', P({ birthDate: '2024-02-30' }), ['Patient.birthDate']],
  ['29 February of no leap year', P({ birthDate: '1900-02-29' }), ['Patient.birthDate']],
  ['date with time', P({ birthDate: '2024-02-03T00:00:00Z' }), ['Patient.birthDate']],
  ['month 13', P({ birthDate: '2024-13' }), ['Patient.birthDate']],
  ['year of three digits', P({ birthDate: '999' }), ['Patient.birthDate']],
  ['year 0000', P({ birthDate: '0000' }), ['Patient.birthDate']],
  ['instant of a day only', P({ meta: { lastUpdated: '2024-01-01' } }), ['Patient.meta.lastUpdated']],
  ['instant without zone', P({ meta: { lastUpdated: '2024-01-01T10:00:00' } }), ['Patient.meta.lastUpdated']],
  ['hour 24', O({ effectiveDateTime: '2024-01-01T24:00:00Z' }), ['Observation.effective']],
  ['zone +25:00', O({ effectiveDateTime: '2024-01-01T10:00:00+25:00' }), ['Observation.effective']],
  ['time with zone', O({ valueTime: '10:00:00Z' }), ['Observation.value']],
  ['time without seconds', O({ valueTime: '10:00' }), ['Observation.value']],
  ['base64 of five letters', P({ photo: [{ contentType: 'image/png', data: 'abcde' }] }), ['Patient.photo[0].data']],
  ['base64 url alphabet', P({ photo: [{ contentType: 'image/png', data: 'ab_-' }] }), ['Patient.photo[0].data']],
  ['positiveInt 0', P({ telecom: [{ system: 'phone', value: '1', rank: 0 }] }), ['Patient.telecom[0].rank']],
  ['positiveInt 1.5', P({ telecom: [{ system: 'phone', value: '1', rank: 1.5 }] }), ['Patient.telecom[0].rank']],
  ['integer as text', P({ multipleBirthInteger: '2' }), ['Patient.multipleBirth']],
  ['integer beyond 32 bits', P({ multipleBirthInteger: 2147483648 }), ['Patient.multipleBirth']],
  ['boolean as text', P({ active: 'true' }), ['Patient.active']],
  ['boolean as number', P({ active: 1 }), ['Patient.active']],
  ['unsignedInt below zero', P({ photo: [{ url: 'http://x', size: -1 }] }), ['Patient.photo[0].size']],
  [
    'code with two spaces',
    O({ valueCodeableConcept: { coding: [{ system: 'http://x', code: 'a  b' }] } }),
    ['Observation.value.coding[0].code'],
  ],
  [
    'code with a space before it',
    O({ valueCodeableConcept: { coding: [{ system: 'http://x', code: ' a' }] } }),
    ['Observation.value.coding[0].code'],
  ],
  ['a string of white space', P({ name: [{ family: '  ' }] }), ['Patient.name[0].family']],
  ['a string with a control character', P({ name: [{ family: 'a\u0007b' }] }), ['Patient.name[0].family']],
  ['a string of more than a megabyte', P({ name: [{ family: 'x'.repeat(1048577) }] }), ['Patient.name[0].family']],
  ['an id of 65 characters', P({ id: 'x'.repeat(65) }), ['Patient.id']],
  ['an id with an underscore', P({ id: 'a_b' }), ['Patient.id']],
  [
    'oid that is none',
    {
      resourceType: 'NamingSystem',
      name: 'x',
      status: 'draft',
      kind: 'root',
      date: '2024',
      uniqueId: [{ type: 'oid', value: '1.2' }],
      contact: [{ name: 3 }],
    },
    ['NamingSystem.contact[0].name'],
  ],
  [
    'uuid in capitals',
    {
      resourceType: 'Parameters',
      parameter: [{ name: 'a', valueUuid: 'urn:uuid:C757873D-EC9A-4326-A141-556F43239520' }],
    },
    ['Parameters.parameter[0].value'],
  ],
  ['quantity code without system', O({ valueQuantity: { value: 1, code: 'mg' } }), ['Observation.value']],
  [
    'quantity comparator of no kind',
    O({ valueQuantity: { value: 1, comparator: '=' } }),
    ['Observation.value.comparator'],
  ],
  ['quantity value as text', O({ valueQuantity: { value: '1.0' } }), ['Observation.value.value']],
  [
    'a SimpleQuantity with comparator',
    O({ referenceRange: [{ low: { value: 1, comparator: '<' } }] }),
    ['Observation.referenceRange[0].low.comparator'],
  ],
  ['range upside down', O({ valueRange: { low: { value: 5 }, high: { value: 2 } } }), ['Observation.value']],
  ['ratio with one part', O({ valueRatio: { numerator: { value: 1 } } }), ['Observation.value']],
  ['period upside down', O({ effectivePeriod: { start: '2024-02-01', end: '2024-01-01' } }), ['Observation.effective']],
  [
    'period upside down across zones',
    O({ effectivePeriod: { start: '2024-01-01T10:00:00Z', end: '2024-01-01T10:30:00+01:00' } }),
    ['Observation.effective'],
  ],
  ['contact point without system', P({ telecom: [{ value: '1' }] }), ['Patient.telecom[0]']],
  ['attachment data without contentType', P({ photo: [{ data: 'aGVsbG8=' }] }), ['Patient.photo[0]']],
  [
    'extension with value and extension',
    P({ extension: [ext({ valueString: 'a', extension: [ext({ valueString: 'b' })] })] }),
    ['Patient.extension[0]'],
  ],
  ['extension with neither', P({ extension: [ext({})] }), ['Patient.extension[0]']],
  ['extension without url', P({ extension: [{ valueString: 'a' }] }), ['Patient.extension[0].url']],
  [
    'nested extension with both',
    P({ extension: [ext({ extension: [ext({ valueString: 'a', extension: [ext({ valueString: 'b' })] })] })] }),
    ['Patient.extension[0].extension[0]'],
  ],
  [
    'modifierExtension where there is none',
    P({ name: [{ family: 'x', modifierExtension: [ext({ valueString: 'a' })] }] }),
    ['Patient.name[0].modifierExtension'],
  ],
  [
    'extension with two values',
    P({ extension: [ext({ valueString: 'a', valueCode: 'b' })] }),
    ['Patient.extension[0].value'],
  ],
  ['contact with nothing in it', P({ contact: [{ gender: 'male' }] }), ['Patient.contact[0]']],
  [
    'gender of a contact, in capitals',
    P({ contact: [{ name: { family: 'x' }, gender: 'Male' }] }),
    ['Patient.contact[0].gender'],
  ],
  [
    'observation with value and reason for none',
    O({ valueString: 'x', dataAbsentReason: { text: 'y' } }),
    ['Observation'],
  ],
  [
    'component with the code of the observation, and both with values',
    O({
      code: { coding: [{ system: 'http://l', code: 'a' }] },
      valueString: 'x',
      component: [{ code: { coding: [{ system: 'http://l', code: 'a' }] }, valueString: 'y' }],
    }),
    ['Observation'],
  ],
  ['reference range with nothing', O({ referenceRange: [{ type: { text: 'x' } }] }), ['Observation.referenceRange[0]']],
  ['bundle total of a collection', B('collection', { total: 1 }), ['Bundle']],
  [
    'bundle entries with one fullUrl',
    B('collection', {
      entry: [
        { fullUrl: 'http://x/Patient/1', resource: P({ id: '1' }) },
        { fullUrl: 'http://x/Patient/1', resource: P({ id: '1' }) },
      ],
    }),
    ['Bundle'],
  ],
  [
    'bundle fullUrl of a version',
    B('collection', { entry: [{ fullUrl: 'http://x/Patient/1/_history/2', resource: P({ id: '1' }) }] }),
    ['Bundle.entry[0]'],
  ],
  ['transaction entry without request', B('transaction', { entry: [{ resource: P() }] }), ['Bundle']],
  [
    'document without identifier and date',
    B('document', {
      entry: [
        {
          fullUrl: 'http://x/Composition/1',
          resource: {
            resourceType: 'Composition',
            id: '1',
            status: 'final',
            type: { text: 'x' },
            date: '2024',
            author: [{ display: 'x' }],
            title: 'x',
          },
        },
      ],
    }),
    ['Bundle', 'Bundle'],
  ],
  [
    'document that begins with no Composition',
    B('document', {
      identifier: { system: 'urn:x', value: '1' },
      timestamp: '2024-01-01T00:00:00Z',
      entry: [{ fullUrl: 'http://x/Patient/1', resource: P({ id: '1' }) }],
    }),
    ['Bundle'],
  ],
  [
    'message that begins with no MessageHeader',
    B('message', { entry: [{ fullUrl: 'http://x/Patient/1', resource: P({ id: '1' }) }] }),
    ['Bundle'],
  ],
  [
    'entry with search in a collection',
    B('collection', { entry: [{ resource: P(), search: { mode: 'match' } }] }),
    ['Bundle'],
  ],
  ['entry with nothing', B('collection', { entry: [{ fullUrl: 'http://x/Patient/1' }] }), ['Bundle.entry[0]']],
  [
    'resource of an entry that is broken',
    B('collection', { entry: [{ resource: P({ gender: 'x' }) }] }),
    ['Bundle.entry[0].resource.gender'],
  ],
  [
    'request with a method of no kind',
    B('batch', { entry: [{ request: { method: 'get', url: 'Patient' } }] }),
    ['Bundle.entry[0].request.method'],
  ],
  [
    'parameter with value and resource',
    { resourceType: 'Parameters', parameter: [{ name: 'a', valueString: 'x', resource: P() }] },
    ['Parameters.parameter[0]'],
  ],
  [
    'parameter without name',
    { resourceType: 'Parameters', parameter: [{ valueString: 'x' }] },
    ['Parameters.parameter[0].name'],
  ],
  [
    'part with nothing',
    { resourceType: 'Parameters', parameter: [{ name: 'a', part: [{ name: 'b' }] }] },
    ['Parameters.parameter[0].part[0]'],
  ],
  [
    'Parameters has no text',
    { resourceType: 'Parameters', text: div('x'), parameter: [{ name: 'a', valueString: 'x' }] },
    ['Parameters.text'],
  ],
  ['group question without items', Q({ linkId: 'a', type: 'group' }), ['Questionnaire.item[0]']],
  [
    'display with items',
    Q({ linkId: 'a', type: 'display', item: [{ linkId: 'b', type: 'string' }] }),
    ['Questionnaire.item[0]'],
  ],
  ['linkId twice', Q({ linkId: 'a', type: 'string' }, { linkId: 'a', type: 'string' }), ['Questionnaire']],
  [
    'linkId twice at different depths',
    Q({ linkId: 'a', type: 'group', item: [{ linkId: 'a', type: 'string' }] }),
    ['Questionnaire'],
  ],
  [
    'enableWhen exists with text',
    Q(
      { linkId: 'a', type: 'string' },
      { linkId: 'b', type: 'string', enableWhen: [{ question: 'a', operator: 'exists', answerString: 'x' }] },
    ),
    ['Questionnaire.item[1].enableWhen[0]'],
  ],
  [
    'operator of no kind, deep',
    Q({
      linkId: 'a',
      type: 'group',
      item: [
        {
          linkId: 'b',
          type: 'group',
          item: [{ linkId: 'c', type: 'string', enableWhen: [{ question: 'b', operator: '==', answerString: 'x' }] }],
        },
      ],
    }),
    ['Questionnaire.item[0].item[0].item[0].enableWhen[0].operator'],
  ],
  [
    'enableWhen without answer',
    Q({ linkId: 'a', type: 'string', enableWhen: [{ question: 'b', operator: '=' }] }),
    ['Questionnaire.item[0].enableWhen[0].answer'],
  ],
  ['maxLength of a date', Q({ linkId: 'a', type: 'date', maxLength: 3 }), ['Questionnaire.item[0]']],
  ['required display', Q({ linkId: 'a', type: 'display', required: true }), ['Questionnaire.item[0]']],
  [
    'answerOption and answerValueSet',
    Q({ linkId: 'a', type: 'choice', answerValueSet: 'http://x', answerOption: [{ valueString: 'a' }] }),
    ['Questionnaire.item[0]'],
  ],
  [
    'two initials of what does not repeat',
    Q({ linkId: 'a', type: 'string', initial: [{ valueString: 'a' }, { valueString: 'b' }] }),
    ['Questionnaire.item[0]'],
  ],
  ['element with min above max', el({ min: 3, max: '1' }), ['StructureDefinition.differential.element[1]']],
  ['element with a max that is no number', el({ max: 'many' }), ['StructureDefinition.differential.element[1].max']],
  [
    'element with fixed and pattern',
    el({ fixedString: 'a', patternString: 'b' }),
    ['StructureDefinition.differential.element[1]'],
  ],
  [
    'element with type twice',
    el({ type: [{ code: 'HumanName' }, { code: 'HumanName' }] }),
    ['StructureDefinition.differential.element[1]'],
  ],
  [
    'element with a constraint key twice',
    el({
      constraint: [
        { key: 'a', severity: 'error', human: 'x' },
        { key: 'a', severity: 'error', human: 'y' },
      ],
    }),
    ['StructureDefinition.differential.element[1]'],
  ],
  [
    'element with aggregation of a type that is no reference',
    el({ type: [{ code: 'HumanName', aggregation: ['bundled'] }] }),
    ['StructureDefinition.differential.element[1].type[0]'],
  ],
  ['timing duration without unit', T({ duration: 1 }), ['ServiceRequest.occurrence.repeat']],
  ['timing unit of no kind', T({ period: 1, periodUnit: 'days' }), ['ServiceRequest.occurrence.repeat.periodUnit']],
  ['timing offset without when', T({ offset: 5 }), ['ServiceRequest.occurrence.repeat']],
  ['timing when and timeOfDay', T({ when: ['HS'], timeOfDay: ['10:00:00'] }), ['ServiceRequest.occurrence.repeat']],
  [
    'timing durationMax without duration',
    T({ durationMax: 5, durationUnit: 'h' }),
    ['ServiceRequest.occurrence.repeat'],
  ],
  [
    'allergy entered in error with clinical status',
    {
      resourceType: 'AllergyIntolerance',
      patient: { reference: 'Patient/1' },
      clinicalStatus: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }],
      },
      verificationStatus: {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification', code: 'entered-in-error' },
        ],
      },
    },
    ['AllergyIntolerance'],
  ],
  [
    'condition that ended and is active',
    {
      resourceType: 'Condition',
      subject: { reference: 'Patient/1' },
      abatementDateTime: '2024',
      clinicalStatus: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
      },
    },
    ['Condition'],
  ],
  [
    'condition status of another system',
    {
      resourceType: 'Condition',
      subject: { reference: 'Patient/1' },
      clinicalStatus: { coding: [{ system: 'http://x', code: 'active' }] },
    },
    ['Condition.clinicalStatus'],
  ],
  [
    'condition status as text',
    { resourceType: 'Condition', subject: { reference: 'Patient/1' }, clinicalStatus: { text: 'active' } },
    ['Condition.clinicalStatus'],
  ],
  [
    'composition section with nothing',
    {
      resourceType: 'Composition',
      status: 'final',
      type: { text: 'x' },
      date: '2024',
      author: [{ display: 'x' }],
      title: 'x',
      section: [{ title: 'a' }],
    },
    ['Composition.section[0]'],
  ],
  [
    'appointment with start alone',
    {
      resourceType: 'Appointment',
      status: 'booked',
      start: '2024-01-01T10:00:00Z',
      participant: [{ status: 'accepted', actor: { reference: 'Patient/1' } }],
    },
    ['Appointment', 'Appointment'],
  ],
  [
    'list that is empty and has entries',
    {
      resourceType: 'List',
      status: 'current',
      mode: 'working',
      emptyReason: { text: 'x' },
      entry: [{ item: { reference: 'Patient/1' } }],
    },
    ['List'],
  ],
  [
    'immunization education with nothing',
    {
      resourceType: 'Immunization',
      status: 'completed',
      vaccineCode: { text: 'x' },
      patient: { reference: 'Patient/1' },
      occurrenceString: 'x',
      education: [{ publicationDate: '2024' }],
    },
    ['Immunization.education[0]'],
  ],
  [
    'goal target without measure',
    {
      resourceType: 'Goal',
      lifecycleStatus: 'active',
      description: { text: 'x' },
      subject: { reference: 'Patient/1' },
      target: [{ detailString: 'x' }],
    },
    ['Goal.target[0]'],
  ],
  [
    'risk above 100 %',
    {
      resourceType: 'RiskAssessment',
      status: 'final',
      subject: { reference: 'Patient/1' },
      prediction: [{ probabilityDecimal: 101 }],
    },
    ['RiskAssessment.prediction[0]'],
  ],
  [
    'group of members that are only described',
    { resourceType: 'Group', type: 'person', actual: false, member: [{ entity: { reference: 'Patient/1' } }] },
    ['Group'],
  ],
  [
    'value set that includes nothing',
    { resourceType: 'ValueSet', status: 'active', compose: { include: [{ version: '1' }] } },
    ['ValueSet.compose.include[0]'],
  ],
  [
    'code system with a code twice',
    { resourceType: 'CodeSystem', status: 'active', content: 'complete', concept: [{ code: 'a' }, { code: 'a' }] },
    ['CodeSystem'],
  ],
  [
    'money of no currency',
    { resourceType: 'Invoice', status: 'draft', totalNet: { value: 1, currency: 'POUND' } },
    ['Invoice.totalNet.currency'],
  ],
  [
    'age without unit',
    { resourceType: 'Condition', subject: { reference: 'Patient/1' }, onsetAge: { value: 3, unit: 'years' } },
    ['Condition.onset'],
  ],
  ['an operation outcome without issues', { resourceType: 'OperationOutcome' }, ['OperationOutcome.issue']],
  ['an array for what is one', P({ gender: ['male'] }), ['Patient.gender']],
  ['one for what is an array', P({ name: { family: 'x' } }), ['Patient.name']],
  ['an array in an array', P({ name: [[{ family: 'x' }]] }), ['Patient.name[0]']],
  ['null for an element', P({ name: null }), ['Patient.name']],
  ['null for an object in an array', P({ name: [null] }), ['Patient.name[0]']],
  ['an empty object deep', P({ contact: [{ name: {} }] }), ['Patient.contact[0].name']],
  [
    'resourceType within an element',
    P({ name: [{ resourceType: 'HumanName', family: 'x' }] }),
    ['Patient.name[0].resourceType'],
  ],
  ['fhir_comments', P({ fhir_comments: ['x'] }), ['Patient']],
  ['an element of STU3', P({ animal: { species: { text: 'x' } } }), ['Patient.animal']],
  ['mime type that is none', { resourceType: 'Binary', contentType: 'nothing' }, ['Binary.contentType']],
  ['binary without type', { resourceType: 'Binary', data: 'aGVsbG8=' }, ['Binary.contentType']],
  [
    'reference that is a word',
    P({ managingOrganization: { reference: 'Organization' } }),
    ['Patient.managingOrganization.reference'],
  ],
  [
    'reference with an id of 65',
    P({ managingOrganization: { reference: `Organization/${'x'.repeat(65)}` } }),
    ['Patient.managingOrganization.reference'],
  ],
  [
    'reference of no R4 type',
    P({ managingOrganization: { reference: 'Organisation/1' } }),
    ['Patient.managingOrganization.reference'],
  ],
  ['link without other', P({ link: [{ type: 'seealso' }] }), ['Patient.link[0].other']],
  [
    'three at once',
    P({ gender: 'x', birthDate: 'y', active: 'z', name: [{ given: [] }] }),
    ['Patient.gender', 'Patient.birthDate', 'Patient.active', 'Patient.name[0].given'],
  ],
]

for (const [name, resource, expected] of broken)
  test(`refused where it is wrong: ${name}`, () => {
    const issues = validate(parseJson(JSON.stringify(resource)) as Resource)
    assert.deepEqual(
      issues.map(({ severity, expression }) => `${severity} ${expression?.[0]}`).sort(),
      expected.map((at) => `error ${at}`).sort(),
      JSON.stringify(issues),
    )
  })

test('a resource of no type of R4 is fatal: nothing else can be said of it', () => {
  for (const nothing of [{ resourceType: 'Transport' }, {}, { resourceType: 7 }])
    assert.deepEqual(
      validate(nothing as Resource).map(({ severity, expression }) => [severity, expression]),
      [['fatal', ['Resource']]],
    )
})
