import { basename, join } from 'node:path'
import { Problem } from '../../kernel/problem.ts'
import { type Conversion, convertToCcda } from '../../standards/ccda/convert.ts'
import { htmlPage } from '../../standards/ccda/html/page.ts'
import { parseGpRecord } from '../../standards/gp-connect/parse-record.ts'
import { serialise } from '../../standards/xml/serialise.ts'

export type ConvertOptions = {
  /** Names of files; `-` is standard input. */
  readonly files: readonly string[]
  /** A file for one record, a folder for several; standard output where there is none. */
  readonly out?: string
  /** Where issues and ledger go as JSON; without it issues are lines beside the document. */
  readonly issues?: string
  readonly html: boolean
}

/** What the outside gives: files, both outputs, and somewhere to show how far it is. */
export type ConvertHost = {
  /** Throws where the file cannot be read, or is larger than `largestRecord`. */
  read(file: string): Promise<Uint8Array>
  write(file: string, text: string): Promise<void>
  print(text: string): void
  tell(line: string): void
  /** One record of several is done, with so many resources in it. */
  step(resources: number): void
  now(): Date
}

/** No GP record comes near it; what does is refused before it is read. */
export const largestRecord = 128 * 1024 * 1024

/** Converts each file. 0 when each was a GP record, however poor; 1 when one was none. */
export async function convertFiles({ files, out, issues, html }: ConvertOptions, host: ConvertHost): Promise<number> {
  const several = files.length > 1
  if (several && out === undefined) throw new Problem('invalid', 'Several records need --out with a folder to go to')
  const told: object[] = []
  const taken = new Set<string>()
  let failed = 0
  for (const file of files) {
    let resources = 0
    try {
      const conversion = convertToCcda(parseGpRecord(await host.read(file)), host.now())
      resources = conversion.ledger.length
      const text = html ? htmlPage(conversion.value) : serialise(conversion.value)
      if (out === undefined) host.print(text)
      else {
        const name = several ? freeName(file, html, taken) : undefined
        await written(host, name === undefined ? out : join(out, name), text)
        if (name !== undefined && name !== nameOf(file, html)) host.tell(`${file}: written as ${name}`)
      }
      if (issues === undefined) for (const line of linesOf(conversion)) host.tell(several ? `${file}: ${line}` : line)
      told.push({ file, issues: conversion.issues, ledger: conversion.ledger })
    } catch (thrown) {
      failed++
      const reason = reasonOf(thrown)
      host.tell(`${file}: ${reason}`)
      told.push({ file, refused: reason })
    }
    if (several) host.step(resources)
  }
  if (issues !== undefined) await written(host, issues, `${JSON.stringify(several ? told : told[0], undefined, 2)}\n`)
  if (several) host.tell(`${files.length - failed} of ${files.length} records converted`)
  return failed === 0 ? 0 : 1
}

async function written(host: ConvertHost, target: string, text: string): Promise<void> {
  try {
    await host.write(target, text)
  } catch (thrown) {
    const { code } = thrown as { code?: string }
    if (code === undefined) throw thrown
    throw new Problem('invalid', `${target} cannot be written (${code})`)
  }
}

/** Records of the same name from several folders are several documents. */
function freeName(file: string, html: boolean, taken: Set<string>): string {
  const wanted = nameOf(file, html)
  let name = wanted
  for (let count = 2; taken.has(name.toLowerCase()); count++) name = wanted.replace(/(?=\.[a-z]+$)/, `-${count}`)
  taken.add(name.toLowerCase())
  return name
}

function nameOf(file: string, html: boolean): string {
  const name = file === '-' ? 'record' : basename(file).replace(/\.json$/i, '')
  return `${name}.${html ? 'html' : 'xml'}`
}

/** `warning: A report names a result that is not in the record (DiagnosticReport/1)` */
function linesOf({ issues, ledger }: Conversion): string[] {
  const lines = issues.map(
    ({ severity, text, resource }) => `${severity}: ${text}${resource === undefined ? '' : ` (${resource})`}`,
  )
  for (const line of ledger)
    if (line.became === 'left-out') lines.push(`information: Left out: ${line.resource}: ${line.reason}`)
  return lines
}

/** What a person can act on: a Problem's words, or the system's about a file; never a stack. */
function reasonOf(thrown: unknown): string {
  if (thrown instanceof Problem) return thrown.message
  // A text has at most half a gigabyte.
  if (thrown instanceof RangeError) return 'Its document would be too large'
  const { code } = thrown as { code?: string }
  if (code === 'ENOENT') return 'No such file'
  if (code === 'EACCES') return 'The file may not be read'
  if (code === 'EISDIR') return 'A folder, not a file'
  throw thrown
}
