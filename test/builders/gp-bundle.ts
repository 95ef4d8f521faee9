import { type Conversion, convertToCcda } from '../../src/standards/ccda/convert.ts'
import type { ExpandedElement, ExpandedNode } from '../../src/standards/xml/element.ts'
import { expand } from '../../src/standards/xml/template.ts'

/** Small GP Connect bundles by hand: builders fill in what a test does not care about. */
export type Made = Record<string, unknown>

export const patient: Made = {
  resourceType: 'Patient',
  id: 'p',
  identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9690937286' }],
  name: [{ use: 'official', family: 'Meyers', given: ['Yannis'], prefix: ['Mr'] }],
  gender: 'male',
  birthDate: '1946-04-10',
  managingOrganization: { reference: 'Organization/o' },
}
export const practice: Made = {
  resourceType: 'Organization',
  id: 'o',
  identifier: [{ system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'A82038' }],
  name: 'Temple Sowerby Medical Practice',
}
export const doctor: Made = {
  resourceType: 'Practitioner',
  id: 'd',
  name: [{ family: 'Clarson', given: ['Pat'], prefix: ['Dr'] }],
}

export function gpBundle(...resources: Made[]): Made {
  return {
    resourceType: 'Bundle',
    id: 'b',
    type: 'collection',
    entry: [patient, practice, doctor, ...resources].map((resource) => ({ resource })),
  }
}

export const areaCodes = {
  allergies: '886921000000105',
  endedAllergies: '1103671000000101',
  medications: '933361000000108',
  problems: '717711000000103',
  immunisations: '1102181000000102',
  investigations: '887191000000108',
  consultations: '1149501000000101',
  uncategorised: '826501000000100',
  referrals: '792931000000107',
  diary: '714311000000108',
} as const

export function areaList(area: keyof typeof areaCodes, items: string[], more: Made = {}): Made {
  return {
    resourceType: 'List',
    id: `list-${area}`,
    code: { coding: [{ system: 'http://snomed.info/sct', code: areaCodes[area] }] },
    ...(items.length === 0
      ? {
          emptyReason: {
            coding: [
              {
                system: 'https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-ListEmptyReasonCode-1',
                code: 'no-content-recorded',
                display: 'No Content Recorded',
              },
            ],
          },
          note: [{ text: 'Information not available' }],
        }
      : { entry: items.map((reference) => ({ item: { reference } })) }),
    ...more,
  }
}

export function warned(...codes: string[]): Made {
  return {
    extension: codes.map((valueCode) => ({
      url: 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-ListWarningCode-1',
      valueCode,
    })),
  }
}

export function snomed(code: string, display: string, more: Made = {}): Made {
  return { coding: [{ system: 'http://snomed.info/sct', code, display }], ...more }
}

export function anAllergy(more: Made = {}): Made {
  return {
    resourceType: 'AllergyIntolerance',
    id: 'a',
    clinicalStatus: 'active',
    verificationStatus: 'unconfirmed',
    category: ['environment'],
    code: snomed('91935009', 'Allergy to peanut'),
    patient: { reference: 'Patient/p' },
    recorder: { reference: 'Practitioner/d' },
    assertedDate: '2011-09-12T08:24:57+01:00',
    ...more,
  }
}

export function anObservation(more: Made = {}): Made {
  return {
    resourceType: 'Observation',
    id: 'ob',
    status: 'final',
    code: snomed('27113001', 'Body weight'),
    subject: { reference: 'Patient/p' },
    effectiveDateTime: '2005-02-01',
    issued: '2013-11-18T09:41:49.46+00:00',
    performer: [{ reference: 'Practitioner/d' }],
    ...more,
  }
}

export function aProblem(more: Made = {}): Made {
  return {
    resourceType: 'Condition',
    id: 'c',
    clinicalStatus: 'active',
    category: [{ coding: [{ code: 'problem-list-item' }] }],
    code: snomed('38341003', 'Hypertensive disorder'),
    subject: { reference: 'Patient/p' },
    onsetDateTime: '1985-12',
    assertedDate: '2020-12-01T00:00:00+00:00',
    asserter: { reference: 'Practitioner/d' },
    ...more,
  }
}

/** A statement, its plan, and one order under it for each id of `orders`. */
export function aMedication({
  orders = ['r1'],
  statement = {},
  plan = {},
  order = {},
}: {
  orders?: string[]
  statement?: Made
  plan?: Made
  order?: Made
} = {}): Made[] {
  const medicationReference = { reference: 'Medication/m' }
  const dosage = [{ text: 'take 5ml three times a day' }]
  return [
    { resourceType: 'Medication', id: 'm', code: snomed('323509004', 'Amoxicillin 125mg/5ml oral suspension') },
    {
      resourceType: 'MedicationStatement',
      id: 's',
      status: 'active',
      taken: 'unk',
      medicationReference,
      basedOn: [{ reference: 'MedicationRequest/plan' }],
      effectivePeriod: { start: '2019-03-28' },
      dateAsserted: '2019-03-28',
      subject: { reference: 'Patient/p' },
      dosage,
      ...statement,
    },
    {
      resourceType: 'MedicationRequest',
      id: 'plan',
      intent: 'plan',
      status: 'active',
      medicationReference,
      subject: { reference: 'Patient/p' },
      authoredOn: '2019-03-28',
      recorder: { reference: 'Practitioner/d' },
      dosageInstruction: dosage,
      dispenseRequest: { quantity: { value: 100, unit: 'ml' }, validityPeriod: { start: '2019-03-28' } },
      ...plan,
    },
    ...orders.map((id) => ({
      resourceType: 'MedicationRequest',
      id,
      intent: 'order',
      status: 'completed',
      medicationReference,
      basedOn: [{ reference: 'MedicationRequest/plan' }],
      subject: { reference: 'Patient/p' },
      authoredOn: '2019-03-28',
      dosageInstruction: dosage,
      dispenseRequest: {
        quantity: { value: 100, unit: 'ml' },
        validityPeriod: { start: '2019-03-28', end: '2019-04-04' },
      },
      ...order,
    })),
  ]
}

export const at = new Date('2025-01-01T00:00:00Z')

export function convert(
  ...resources: Made[]
): Conversion & { value: ExpandedElement; section(title: string): ExpandedElement } {
  const conversion = convertToCcda(gpBundle(...resources), at)
  const value = expand(conversion.value)
  return { ...conversion, value, section: (title) => sectionOf(value, title) }
}

/** All elements of a name below one, in document order. */
export function all(root: ExpandedElement, name: string, found: ExpandedElement[] = []): ExpandedElement[] {
  for (const child of root.children ?? [])
    if (typeof child !== 'string') {
      if (child.name === name) found.push(child)
      all(child, name, found)
    }
  return found
}

export function first(root: ExpandedElement, ...path: string[]): ExpandedElement {
  let here = root
  for (const name of path) {
    const next =
      (here.children ?? []).find(
        (child): child is ExpandedElement => typeof child !== 'string' && child.name === name,
      ) ?? all(here, name)[0]
    if (!next) throw new Error(`No ${name} in ${here.name}`)
    here = next
  }
  return here
}

export function words(node: ExpandedNode): string {
  if (typeof node === 'string') return node
  const inside = (node.children ?? []).map(words).join('')
  return node.name === 'br' ? '\n' : /^(?:td|th|tr|paragraph|item|caption)$/.test(node.name) ? `${inside}\n` : inside
}

export function sectionOf(document: ExpandedElement, title: string): ExpandedElement {
  const found = all(document, 'section').find((section) => words(first(section, 'title')) === title)
  if (!found) throw new Error(`No section ${title}`)
  return found
}

/** The entry elements of one template of C-CDA, by the end of its id. */
export function byTemplate(root: ExpandedElement, template: string): ExpandedElement[] {
  const id = `2.16.840.1.113883.10.20.22.${template}`
  const found: ExpandedElement[] = []
  const visit = (element: ExpandedElement): void => {
    const children = (element.children ?? []).filter((child): child is ExpandedElement => typeof child !== 'string')
    if (children.some((child) => child.name === 'templateId' && child.attributes?.root === id)) found.push(element)
    children.forEach(visit)
  }
  visit(root)
  return found
}
