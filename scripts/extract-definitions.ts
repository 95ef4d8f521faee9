/** Writes the trimmed extract of FHIR R4's definitions into .weft/ anew. `node scripts/extract-definitions.ts` */
import { statSync } from 'node:fs'
import { extractPath, writeExtract } from '../src/platform/definitions/load.ts'

const path = extractPath()
writeExtract(path)
console.log(`${path}: ${(statSync(path).size / 1e6).toFixed(1)} MB`)
