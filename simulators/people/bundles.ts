/**
 * Made people as transaction Bundles for a FHIR R4 server: first what all share (organizations, practitioners, appointment
 * books), then one Bundle a person. Every entry is a PUT to its own id, so loading twice leaves what loading once did.
 * https://hl7.org/fhir/R4/http.html#transaction
 */
import { createHash } from 'node:crypto'
import type { Bundle, Resource } from '../../src/standards/fhir/types.ts'
import type { Day } from './dates.ts'
import type { Person } from './person.ts'
import { defaultAsOf, population } from './population.ts'
import { observations } from './r4/observations.ts'
import { patient } from './r4/patient.ts'
import { appointmentBooks, places } from './r4/places.ts'
import { record } from './r4/record.ts'

export type MadePeople = { readonly seed?: number | string; readonly people?: number; readonly asOf?: Day }

/** The Bundles in the order in which they are to be loaded. */
export function* madeBundles({ seed = 1, people = 200, asOf = defaultAsOf }: MadePeople = {}): Generator<Bundle> {
  const everybody = population(seed, people, asOf)
  yield transaction([...places(), ...appointmentBooks(everybody, asOf)])
  for (const person of everybody) yield transaction(personResources(person))
}

/** All resources of one person, with references as `Type/id`. */
export function personResources(person: Person): Resource[] {
  return [patient(person), ...record(person), ...observations(person)]
}

/** All resources in the order in which they can be loaded one by one. */
export function* madeResources({ seed = 1, people = 200, asOf = defaultAsOf }: MadePeople = {}): Generator<Resource> {
  const everybody = population(seed, people, asOf)
  yield* places()
  yield* appointmentBooks(everybody, asOf)
  for (const person of everybody) yield* personResources(person)
}

/** References inside the Bundle become `urn:uuid:`, those to what was loaded before stay. */
function transaction(resources: readonly Resource[]): Bundle {
  const urls = new Map(
    resources.map(({ resourceType, id }) => [`${resourceType}/${id}`, uuidOf(`${resourceType}/${id}`)]),
  )
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: resources.map((resource) => {
      const url = `${resource.resourceType}/${resource.id}`
      return {
        fullUrl: urls.get(url) ?? url,
        resource: pointed(resource, urls) as Resource,
        request: { method: 'PUT', url },
      }
    }),
  }
}

function pointed(value: unknown, urls: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((each) => pointed(each, urls))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === 'reference' && typeof inner === 'string' ? (urls.get(inner) ?? inner) : pointed(inner, urls),
    ]),
  )
}

/** The same text gives the same UUID (version 8: made our own way). https://www.rfc-editor.org/rfc/rfc9562#section-5.8 */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  const variant = '89ab'[Number.parseInt(hex[16] as string, 16) % 4]
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
