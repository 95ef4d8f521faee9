/** `npm run wasm`: src/standards/fhir/json-scan.wat becomes the module that json-scan.ts runs. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import wabt from 'wabt'

const folder = join(import.meta.dirname, '../src/standards/fhir')
export const assembled = join(folder, 'json-scan.wasm.ts')

/** The module as a TypeScript file, so that it is there wherever the code is. */
export async function assemble(): Promise<string> {
  const source = join(folder, 'json-scan.wat')
  const parsed = (await wabt()).parseWat(source, readFileSync(source, 'utf8'), { simd: true })
  try {
    parsed.validate()
    const lines = Buffer.from(parsed.toBinary({}).buffer)
      .toString('base64')
      .match(/.{1,100}/g)
    return `// Made from json-scan.wat: \`npm run wasm\`.
export const jsonScanner =
  ${(lines ?? []).map((line) => `'${line}'`).join(' +\n  ')}
`
  } finally {
    parsed.destroy()
  }
}

if (process.argv[1] === import.meta.filename) writeFileSync(assembled, await assemble())
