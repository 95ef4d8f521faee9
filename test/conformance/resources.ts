import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parseJson } from '../../src/standards/fhir/json.ts'
import type { Resource } from '../../src/standards/fhir/types.ts'

/** Every resource of the Synthea bundles in `<data>/synthea`. */
export function* syntheaResources(data: string): Generator<Resource> {
  for (const folder of ['open', 'prereq'])
    for (const file of readdirSync(join(data, 'synthea', folder)).sort()) {
      const bundle = parseJson(readFileSync(join(data, 'synthea', folder, file))) as { entry: { resource: Resource }[] }
      for (const { resource } of bundle.entry) yield resource
    }
}

/** Every example of the FHIR packages in `<data>/us-core`. */
export function* usCoreExamples(data: string): Generator<Resource> {
  for (const file of readdirSync(join(data, 'us-core')).filter((name) => name.endsWith('.tgz')))
    for (const { name, bytes } of untar(gunzipSync(readFileSync(join(data, 'us-core', file)))))
      if (/^package\/example\/[^/]+\.json$/.test(name)) {
        const resource = parseJson(bytes) as Partial<Resource>
        if (typeof resource.resourceType === 'string') yield resource as Resource
      }
}

/** https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html: plain files only. */
function* untar(archive: Buffer): Generator<{ name: string; bytes: Buffer }> {
  for (let at = 0; at + 512 <= archive.length; ) {
    const field = (from: number, to: number) => archive.toString('latin1', at + from, at + to).replace(/\0.*$/s, '')
    const name = field(0, 100)
    if (name === '') return
    const prefix = field(345, 500)
    const size = Number.parseInt(field(124, 136).trim(), 8)
    yield { name: prefix === '' ? name : `${prefix}/${name}`, bytes: archive.subarray(at + 512, at + 512 + size) }
    at += 512 + Math.ceil(size / 512) * 512
  }
}
