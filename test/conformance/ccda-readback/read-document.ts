/** What a clinician looks for in a C-CDA document, by the templates of C-CDA R2.1 and nothing else. https://www.hl7.org/ccdasearch/ */
import type { Element } from '@xmldom/xmldom'
import {
  at,
  attribute,
  type Cda,
  type Code,
  type Coded,
  children,
  coded,
  descendants,
  hasTemplate,
  type Interval,
  interval,
  parseCda,
  referredText,
  textOf,
  type Value,
  valueOf,
} from './cda.ts'

const t = (number: string) => `2.16.840.1.113883.10.20.22.4.${number}`
const templates = {
  allergyConcern: t('30'),
  allergy: t('7'),
  reaction: t('9'),
  severity: t('8'),
  medication: t('16'),
  supplyOrder: t('17'),
  problemConcern: t('3'),
  problem: t('4'),
  problemStatus: t('6'),
  immunization: t('52'),
  resultOrganizer: t('1'),
  result: t('2'),
  vitalSign: t('27'),
}

type Entry = {
  /** Every code that stands anywhere in the entry. */
  readonly allCodes: readonly Code[]
  /** The narrative the entry points at: its row. */
  readonly row: string
  readonly ids: readonly string[]
}

export type DocumentAllergy = Entry & {
  readonly concernStatus: string | undefined
  readonly negated: boolean
  readonly substance: Coded
  readonly type: Coded
  readonly time: Interval
  readonly reactions: readonly { readonly value: Coded; readonly severity: Coded | undefined }[]
}
export type DocumentMedication = Entry & {
  readonly status: string | undefined
  readonly moodCode: string | undefined
  readonly negated: boolean
  readonly drug: Coded
  readonly time: Interval
  readonly hasDoseQuantity: boolean
  readonly supplies: number
}
export type DocumentProblem = Entry & {
  readonly concernStatus: string | undefined
  readonly negated: boolean
  readonly value: Coded
  readonly time: Interval
  readonly status: Coded | undefined
}
export type DocumentImmunization = Entry & {
  readonly negated: boolean
  readonly status: string | undefined
  readonly vaccine: Coded
  readonly time: Interval
  readonly lot: string | undefined
}
export type DocumentResult = Entry & {
  readonly status: string | undefined
  readonly code: Coded
  readonly time: Interval
  /** The time of the observation or organizer it is a part of. */
  readonly wholeTime: Interval
  readonly wholeRow: string
  readonly value: Value
  readonly interpretation: readonly Coded[]
  readonly ranges: readonly { readonly value: Value; readonly text: string | undefined }[]
}

/** Whatever stands for something of the record. */
export type DocumentStatement = Entry & {
  readonly element: string
  readonly times: readonly string[]
  /** The words of its code, and of what that points at. */
  readonly text: string
}

export type DocumentPatient = {
  readonly ids: readonly string[]
  readonly families: readonly string[]
  readonly givens: readonly string[]
  readonly birthTime: string | undefined
  readonly gender: string | undefined
  readonly postcodes: readonly string[]
}

export type ReadDocument = {
  readonly patient: DocumentPatient
  readonly allergies: readonly DocumentAllergy[]
  readonly medications: readonly DocumentMedication[]
  readonly problems: readonly DocumentProblem[]
  readonly immunizations: readonly DocumentImmunization[]
  /** Result and vital sign observations. */
  readonly results: readonly DocumentResult[]
  /** Every observation of the document, whatever its template. */
  readonly observations: readonly DocumentResult[]
  readonly statements: readonly DocumentStatement[]
  /** Whether something in the narrative has that ID. */
  hasAnchor(id: string): boolean
  /** All words a reader of the rendered document sees. */
  readonly narrative: string
  /** The narrative of each section by its LOINC code; sections that share a code are joined. */
  readonly sections: ReadonlyMap<string, string>
}

export function readDocument(xml: string): ReadDocument {
  const cda = parseCda(xml)
  const { root } = cda
  const all = descendants(root)
  const withTemplate = (template: string) => all.filter((each) => hasTemplate(each, template))
  const sections = all
    .filter(({ localName }) => localName === 'section')
    .map((section) => ({
      code: attribute(at(section, 'code'), 'code') ?? '',
      text: [...children(section, 'title'), ...children(section, 'text')].map(textOf).join(' '),
    }))
  return {
    patient: patient(root),
    allergies: withTemplate(templates.allergyConcern).flatMap((concern) => allergies(cda, concern)),
    medications: withTemplate(templates.medication).map((element) => medication(cda, element)),
    problems: withTemplate(templates.problemConcern).flatMap((concern) => problems(cda, concern)),
    immunizations: withTemplate(templates.immunization).map((element) => immunization(cda, element)),
    results: [...withTemplate(templates.result), ...withTemplate(templates.vitalSign)].map((element) =>
      observation(cda, element),
    ),
    observations: all
      .filter(({ localName }) => localName === 'observation')
      .map((element) => observation(cda, element)),
    statements: [...descendants(root)]
      .filter(({ localName }) => statementNames.has(localName ?? ''))
      .map((element) => statement(cda, element)),
    hasAnchor: (id) => cda.narrative(id) !== undefined,
    narrative: sections.map(({ text }) => text).join(' '),
    sections: new Map(
      [...Map.groupBy(sections, ({ code }) => code)].map(([code, same]) => [
        code,
        same.map(({ text }) => text).join(' '),
      ]),
    ),
  }
}

/** The header's recordTarget. */
function patient(root: Element): DocumentPatient {
  const role = at(root, 'recordTarget', 'patientRole')
  const person = at(role, 'patient')
  const names = children(person, 'name')
  return {
    ids: children(role, 'id').map((id) => `${attribute(id, 'root') ?? ''}|${attribute(id, 'extension') ?? ''}`),
    families: names.flatMap((name) => children(name, 'family').map(textOf)),
    givens: names.flatMap((name) => children(name, 'given').map(textOf)),
    birthTime: attribute(at(person, 'birthTime'), 'value'),
    gender: attribute(at(person, 'administrativeGenderCode'), 'code'),
    postcodes: children(role, 'addr').flatMap((address) => children(address, 'postalCode').map(textOf)),
  }
}

function entry(cda: Cda, element: Element): Entry {
  const allCodes = descendants(element).flatMap((each) => {
    const code = attribute(each, 'code')
    return code ? [{ system: attribute(each, 'codeSystem') ?? '', code }] : []
  })
  return {
    allCodes,
    row: referredText(cda, at(element, 'text')) ?? '',
    ids: children(element, 'id').map((id) => `${attribute(id, 'root') ?? ''}|${attribute(id, 'extension') ?? ''}`),
  }
}

const related = (element: Element, template: string) =>
  children(element, 'entryRelationship')
    .flatMap((each) => children(each))
    .filter((each) => children(each, 'templateId').some((id) => id.getAttribute('root') === template))
const isNegated = (element: Element) => attribute(element, 'negationInd') === 'true'

function allergies(cda: Cda, concern: Element): DocumentAllergy[] {
  return related(concern, templates.allergy).map((element) => {
    const own = entry(cda, element)
    return {
      ...own,
      row: own.row || entry(cda, concern).row,
      concernStatus: attribute(at(concern, 'statusCode'), 'code'),
      negated: isNegated(element),
      substance: coded(cda, at(element, 'participant', 'participantRole', 'playingEntity', 'code')),
      type: coded(cda, at(element, 'value')),
      time: interval(at(element, 'effectiveTime')),
      reactions: related(element, templates.reaction).map((reaction) => {
        const [severity] = related(reaction, templates.severity)
        return { value: coded(cda, at(reaction, 'value')), severity: severity && coded(cda, at(severity, 'value')) }
      }),
    }
  })
}

function medication(cda: Cda, element: Element): DocumentMedication {
  const times = children(element, 'effectiveTime').map(interval)
  return {
    ...entry(cda, element),
    status: attribute(at(element, 'statusCode'), 'code'),
    moodCode: attribute(element, 'moodCode'),
    negated: isNegated(element),
    drug: coded(cda, at(element, 'consumable', 'manufacturedProduct', 'manufacturedMaterial', 'code')),
    time: times[0] ?? { low: undefined, high: undefined },
    hasDoseQuantity: attribute(at(element, 'doseQuantity'), 'value') !== undefined,
    supplies: related(element, templates.supplyOrder).length,
  }
}

function problems(cda: Cda, concern: Element): DocumentProblem[] {
  return related(concern, templates.problem).map((element) => {
    const own = entry(cda, element)
    const [status] = related(element, templates.problemStatus)
    return {
      ...own,
      row: own.row || entry(cda, concern).row,
      concernStatus: attribute(at(concern, 'statusCode'), 'code'),
      negated: isNegated(element),
      value: coded(cda, at(element, 'value')),
      time: interval(at(element, 'effectiveTime')),
      status: status && coded(cda, at(status, 'value')),
    }
  })
}

function immunization(cda: Cda, element: Element): DocumentImmunization {
  const material = at(element, 'consumable', 'manufacturedProduct', 'manufacturedMaterial')
  const lot = at(material, 'lotNumberText')
  return {
    ...entry(cda, element),
    negated: isNegated(element),
    status: attribute(at(element, 'statusCode'), 'code'),
    vaccine: coded(cda, at(material, 'code')),
    time: interval(at(element, 'effectiveTime')),
    lot: lot && textOf(lot),
  }
}

const statementNames = new Set([
  'observation',
  'procedure',
  'act',
  'encounter',
  'organizer',
  'substanceAdministration',
  'supply',
  'externalDocument',
])

function statement(cda: Cda, element: Element): DocumentStatement {
  const time = at(element, 'effectiveTime')
  const authored = at(element, 'author', 'time')
  return {
    ...entry(cda, element),
    element: element.localName ?? '',
    text: coded(cda, at(element, 'code')).text ?? '',
    times: [interval(time).low, attribute(authored, 'value')].flatMap((each) => each ?? []),
  }
}

function wholeOf(element: Element): Element | undefined {
  const parent = element.parentNode?.parentNode
  return parent && parent.nodeType === 1 ? (parent as Element) : undefined
}

function observation(cda: Cda, element: Element): DocumentResult {
  return {
    ...entry(cda, element),
    status: attribute(at(element, 'statusCode'), 'code'),
    code: coded(cda, at(element, 'code')),
    time: interval(at(element, 'effectiveTime')),
    wholeRow: referredText(cda, at(wholeOf(element), 'text')) ?? '',
    wholeTime: interval(at(wholeOf(element), 'effectiveTime')),
    value: valueOf(cda, at(element, 'value')),
    interpretation: children(element, 'interpretationCode').map((each) => coded(cda, each)),
    ranges: children(element, 'referenceRange').map((each) => {
      const range = at(each, 'observationRange')
      return { value: valueOf(cda, at(range, 'value')), text: referredText(cda, at(range, 'text')) }
    }),
  }
}
