import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseJson } from '../../src/standards/fhir/json.ts'
import type { Bundle, Resource } from '../../src/standards/fhir/types.ts'
import { readTgz } from './tgz.ts'

/** Where the data of others lies, or a sentence for those who have not set it. */
export const conformanceData = process.env['CONFORMANCE_DATA']
export const whyNot = conformanceData
  ? false
  : 'CONFORMANCE_DATA is not set: the published examples to check against are not here'

export type Published = { readonly name: string; readonly resource: Resource }

/** Bundles of Synthea, each a file. */
export function syntheaBundles(): { readonly name: string; readonly resource: Bundle }[] {
  return ['open', 'prereq'].flatMap((folder) => {
    const path = join(conformanceData ?? '', 'synthea', folder)
    return readdirSync(path)
      .filter((name) => name.endsWith('.json'))
      .map((name) => ({ name, resource: parseJson(readFileSync(join(path, name))) as Bundle }))
  })
}

/** Everything in the package of US Core 5.0.1 that is a resource: definitions, value sets, examples. */
export function usCoreResources(): Published[] {
  const files = readTgz(join(conformanceData ?? '', 'us-core', 'hl7.fhir.us.core-5.0.1.tgz'))
  return [...files]
    .filter(([name]) => name.endsWith('.json'))
    .map(([name, bytes]) => ({ name: name.replace('package/', ''), resource: parseJson(bytes) as Resource }))
    .filter(({ resource }) => typeof resource.resourceType === 'string')
}
