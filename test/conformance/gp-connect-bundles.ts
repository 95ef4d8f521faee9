import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseGpRecord } from '../../src/standards/gp-connect/parse-record.ts'

export type PublishedRecord = {
  readonly name: string
  readonly bytes: Uint8Array
  readonly bundle: { resourceType: string; entry?: { resource?: unknown }[] }
}

const folders = ['consumer-data', 'documents', 'edge', 'emis-full', 'spec-examples', 'supplier-full', 'supplier-themed']

/** Every published GP Connect bundle, by folder and name; undefined where the data is not there. */
export function publishedRecords(): PublishedRecord[] | undefined {
  const data = process.env.CONFORMANCE_DATA
  if (!data) return undefined
  return folders.flatMap((folder) =>
    readdirSync(join(data, 'gpconnect', folder))
      .filter((file) => file.endsWith('.json'))
      .toSorted()
      .map((file) => {
        const bytes = readFileSync(join(data, 'gpconnect', folder, file))
        return { name: `${folder}/${file}`, bytes, bundle: parseGpRecord(bytes) as PublishedRecord['bundle'] }
      })
      .filter(({ bundle }) => bundle.resourceType === 'Bundle'),
  )
}
