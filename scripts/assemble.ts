/** `npm run wasm`: every .wat becomes the module that the code beside it runs. */
import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import wabt from 'wabt'

const standards = join(import.meta.dirname, '../src/standards')
type Module = { readonly source: string; readonly name: string }
export const modules: readonly Module[] = [
  { source: join(standards, 'fhir/json-reader.wat'), name: 'jsonReader' },
  { source: join(standards, 'xml/write.wat'), name: 'xmlWriter' },
]

export function assembled({ source }: Module): string {
  return source.replace(/wat$/, 'wasm.ts')
}

/** The module as a TypeScript file, so that it is there wherever the code is. */
export async function assemble({ source, name }: Module): Promise<string> {
  const parsed = (await wabt()).parseWat(source, readFileSync(source, 'utf8'), { simd: true, bulk_memory: true })
  try {
    parsed.validate()
    const lines = Buffer.from(parsed.toBinary({}).buffer)
      .toString('base64')
      .match(/.{1,100}/g)
    return `// Made from ${basename(source)}: \`npm run wasm\`.
export const ${name} =
  ${(lines ?? []).map((line) => `'${line}'`).join(' +\n  ')}
`
  } finally {
    parsed.destroy()
  }
}

if (process.argv[1] === import.meta.filename)
  for (const one of modules) writeFileSync(assembled(one), await assemble(one))
