import type { Resource } from '../../src/standards/fhir/types.ts'
import type { Random } from '../builders/random.ts'
import { hostileTexts } from './mutate.ts'
import { patchDocument } from './patches.ts'

/** A batch or transaction of a few entries that know of each other: by urn:uuid, by condition, by the same id twice. */
export function bundleOf(
  type: 'batch' | 'transaction',
  random: Random,
  resourceOf: (resourceType: string, id: string | undefined) => Resource,
): Resource {
  const entry: unknown[] = []
  const names: string[] = []
  for (let count = random.integer(8); count >= 0; count--) entry.push(entryOf(random, resourceOf, names))
  return { resourceType: 'Bundle', type: random.integer(30) === 0 ? random.pick(['collection', 'x']) : type, entry }
}

const types = ['Patient', 'Observation', 'Condition', 'Encounter', 'Basic']

function entryOf(
  random: Random,
  resourceOf: (resourceType: string, id: string | undefined) => Resource,
  names: string[],
): unknown {
  const type = random.pick(types)
  const id = `p${random.integer(40)}`
  const name = `urn:uuid:0000${random.integer(9000) + 1000}-0000-4000-8000-00000000000${random.integer(10)}`
  const fullUrl = random.integer(3) === 0 ? undefined : name
  const points = names.length > 0 && random.integer(2) === 0 ? random.pick(names) : undefined
  if (fullUrl) names.push(fullUrl)
  const withReference = (resource: Resource): Resource => {
    const reference =
      (points ?? random.integer(12) > 0)
        ? 'Patient/p1'
        : random.pick(['Patient?identifier=urn:x|1', 'urn:uuid:not-there', 'Patient?x=y', '#x'])
    if (type === 'Observation' || type === 'Condition') resource['subject'] = { reference }
    return resource
  }
  switch (random.integer(30)) {
    case 0:
      return {
        fullUrl,
        resource: withReference(resourceOf(type, id)),
        request: { method: 'PUT', url: `${type}/${id}` },
      }
    case 1:
      return {
        fullUrl,
        resource: withReference(resourceOf(type, undefined)),
        request: {
          method: 'POST',
          url: type,
          ifNoneExist: random.pick([
            ...Array.from({ length: 6 }, () => `identifier=urn:x|new${random.integer(99)}`),
            '_id=p1',
            'x',
            '',
          ]),
        },
      }
    case 2:
      return {
        request: {
          method: 'DELETE',
          url: random.pick([`${type}/${id}`, `${type}/${id}`, `${type}?_id=${id}`, type, `${type}?`]),
        },
      }
    case 3:
      return {
        request: {
          method: random.pick(['GET', 'HEAD']),
          url: random.pick([`${type}/${id}`, `${type}?_count=2`, `${type}/${id}/_history`, '/', 'metadata']),
        },
      }
    case 4:
      return {
        fullUrl,
        resource: withReference(resourceOf(type, id)),
        request: { method: 'PUT', url: `${type}?identifier=urn:x|${random.integer(9)}` },
      }
    case 5: {
      const { body, contentType } = patchDocument(type, random)
      const resource = Array.isArray(body)
        ? { resourceType: 'Binary', contentType, data: Buffer.from(JSON.stringify(body)).toString('base64') }
        : body
      return {
        fullUrl,
        resource,
        request: { method: 'PATCH', url: `${type}/${id}`, ifMatch: random.pick([undefined, 'W/"1"', 'x']) },
      }
    }
    case 6:
      return {
        fullUrl,
        resource: resourceOf(type, id),
        request: { method: random.pick(['POST', 'PUT', 'QUERY', 'get', '']), url: random.pick(hostileTexts) },
      }
    default:
      return { fullUrl, resource: withReference(resourceOf(type, undefined)), request: { method: 'POST', url: type } }
  }
}
