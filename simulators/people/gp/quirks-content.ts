/** Quirks of content: codes beside SNOMED CT, dates without a day, degraded entries, characters that XML cannot carry. */
import type { Resource } from '../../../src/standards/fhir/types.ts'
import { type Alter, each, everywhere, omit, one } from './alter.ts'
import { snomedSystem } from './shape.ts'

type Coding = { system?: string; code?: string; display?: string; [element: string]: unknown }

/** Read v2 codes of some concepts, as EMIS adds them. */
const read: Record<string, string> = {
  '38341003': 'G2...00',
  '44054006': 'C10F.00',
  '46635009': 'C10E.00',
  '195967001': 'H33..00',
  '13645005': 'H3...00',
  '414545008': 'G3...00',
  '49436004': 'G573000',
  '84114007': 'G58..00',
  '40930008': 'C04..00',
  '64859006': 'N330.00',
  '1000731000000107': '44J3.00',
  '1000661000000107': '44I5.00',
  '1000651000000109': '44I4.00',
  '1000951000000103': '44J9.00',
  '1022431000000105': '423..00',
  '1005671000000105': '44P..00',
  '27113001': '22A..00',
  '248333004': '229..00',
  '60621009': '22K..00',
  '163020007': '246..00',
  '266919005': '1371.00',
}
const descriptionId = (code: string) => `${code.slice(0, 9)}${(code.length % 9) + 1}`.slice(0, 10)
const sctdescid = 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-coding-sctdescid'

/** Applies to the first SNOMED coding of each `code` element. */
const withCodings =
  (types: readonly string[], change: (codings: Coding[]) => Coding[]): Alter =>
  (all) =>
    all.map((resource) => {
      const code = resource.code as { coding?: Coding[] } | undefined
      return types.includes(resource.resourceType) && code?.coding
        ? { ...resource, code: { ...code, coding: change(code.coding) } }
        : resource
    })

export const codings = {
  'read-codes': withCodings(['Observation', 'Condition'], (list) => {
    const [first] = list
    const code = first?.code && read[first.code]
    return code
      ? [{ system: 'http://read.info/readv2', code, display: first.display ?? '', userSelected: true }, ...list]
      : list
  }),
  'emis-drug-codes': withCodings(['Medication'], (list) => {
    const name = (list[0]?.display ?? '')
      .replaceAll(/[^A-Za-z]/g, '')
      .slice(0, 4)
      .toUpperCase()
    return [
      {
        system: 'https://fhir.hl7.org.uk/Id/emis-drug-codes',
        code: `${name}${list[0]?.code?.slice(-5)}EMIS`,
        display: list[0]?.display ?? '',
        userSelected: true,
      },
      ...list,
    ]
  }),
  'description-ids': everywhere((object) =>
    object.system === snomedSystem && typeof object.code === 'string'
      ? {
          extension: [{ url: sctdescid, extension: [{ url: 'descriptionId', valueId: descriptionId(object.code) }] }],
          ...object,
        }
      : object,
  ),
  /** An allergy recorded against the product that caused it. */
  'products-as-allergens': each('AllergyIntolerance', (allergy) =>
    JSON.stringify(allergy.code).includes('"91936005"')
      ? {
          ...allergy,
          code: {
            coding: [{ system: snomedSystem, code: '323510009', display: 'Amoxicillin 500mg capsules' }],
            text: 'AMOXICILLIN',
          },
        }
      : undefined,
  ),
  'vaccine-code-absent': each('Immunization', (immunization) => omit(immunization, 'vaccineCode')),
  'vaccine-code-unknown': each('Immunization', (immunization) => ({
    ...immunization,
    vaccineCode: { coding: [{ system: 'http://hl7.org/fhir/v3/NullFlavor', code: 'UNK' }] },
  })),
  'quantities-as-strings': each('Immunization', (immunization) =>
    immunization.doseQuantity
      ? { ...immunization, doseQuantity: { ...(immunization.doseQuantity as object), value: '0.5000' } }
      : undefined,
  ),
  'units-with-markup': each('Observation', (observation) => {
    const quantity = observation.valueQuantity as { unit?: string } | undefined
    return quantity?.unit?.includes('1.73')
      ? { ...observation, valueQuantity: { ...quantity, unit: 'mL/min/1.73m<sup>2</sup> & "calculated"' } }
      : undefined
  }),
  comparators: one(
    ({ valueQuantity }) => valueQuantity !== undefined,
    (observation) => ({ ...observation, valueQuantity: { ...(observation.valueQuantity as object), comparator: '<' } }),
  ),
  'ranges-as-text': each('Observation', (observation) =>
    observation.referenceRange
      ? { ...observation, referenceRange: [{ text: 'See laboratory handbook: < 5 & > 1' }] }
      : undefined,
  ),
  'control-characters': (all, random) =>
    all.map((resource) => {
      if (resource.resourceType === 'Observation' && typeof resource.comment === 'string' && random.chance(0.5)) {
        return {
          ...resource,
          comment: `${resource.comment.slice(0, 4)}\u0001\u000b${resource.comment.slice(4)}\u001f\ufffe`,
        }
      }
      return resource.resourceType === 'MedicationStatement' && random.chance(0.3)
        ? { ...resource, dosage: [{ text: 'One\u0002 to be taken\u0008 daily' }] }
        : resource
    }),
} satisfies Record<string, Alter>

const shorten =
  (digits: number) =>
  (resource: Resource): Resource => {
    const name = ['effectiveDateTime', 'onsetDateTime', 'date'].find((key) => typeof resource[key] === 'string')
    return name ? { ...resource, [name]: (resource[name] as string).slice(0, digits) } : resource
  }
const dated = ({ resourceType }: Resource) =>
  ['Observation', 'Condition', 'AllergyIntolerance', 'Immunization'].includes(resourceType)

export const dates = {
  'partial-dates': (all, random) =>
    all.map((resource) => (dated(resource) && random.chance(0.2) ? shorten(random.pick([4, 7]))(resource) : resource)),
  'undated-observations': (all, random) =>
    all.map((resource) =>
      resource.resourceType === 'Observation' && random.chance(0.2)
        ? omit(resource, 'effectiveDateTime', 'issued')
        : resource,
    ),
  'fraction-digits': (all, random) =>
    all.map((resource) => {
      const issued = resource.issued
      if (typeof issued !== 'string' || !issued.includes('T')) return resource
      const digits = random.pick(['', '.4', '.49', '.493'])
      return { ...resource, issued: issued.replace(/(:\d\d)(\+|Z)/, `$1${digits}$2`) }
    }),
  'malformed-dates': (all, random) =>
    all.map((resource) =>
      dated(resource) && random.chance(0.15)
        ? {
            ...resource,
            [resource.resourceType === 'Immunization'
              ? 'date'
              : resource.resourceType === 'Observation'
                ? 'effectiveDateTime'
                : 'onsetDateTime']: random.pick(['2019-13-45', '31/12/2018', 'unknown', '2019-02-30T25:61:00']),
          }
        : resource,
    ),
} satisfies Record<string, Alter>

const degrade = (type: string, code: string, display: string): Alter =>
  one(
    ({ resourceType }) => resourceType === type,
    (resource) => {
      const was = resource.code as { coding?: Coding[]; text?: string } | undefined
      return {
        ...resource,
        code: {
          coding: [{ system: snomedSystem, code, display }],
          text: was?.text ?? was?.coding?.[0]?.display ?? 'Unknown',
        },
      }
    },
  )

/** What was coded in a system that the sending one does not know keeps its meaning in the text alone. */
export const degraded = {
  'degraded-medication': degrade('Medication', '196421000000109', 'Transfer-degraded medication entry'),
  'degraded-drug-allergy': degrade('AllergyIntolerance', '196461000000101', 'Transfer-degraded drug allergy'),
  'degraded-allergy': degrade('AllergyIntolerance', '196471000000108', 'Transfer-degraded non-drug allergy'),
  'degraded-problem': degrade('Condition', '196411000000103', 'Transfer-degraded record entry'),
} satisfies Record<string, Alter>
