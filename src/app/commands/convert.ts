import { Buffer } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { lstat, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Problem } from '../../kernel/problem.ts'
import { type ConvertHost, convertFiles, largestRecord } from '../convert/convert-files.ts'
import { makeFolder } from '../convert/make-folder.ts'
import { progress } from '../progress.ts'
import { readArguments } from './arguments.ts'
import { type Command, UsageProblem } from './command.ts'

export const convert: Command = {
  name: 'convert',
  usage: 'FILE…|- [--out FILE|DIR] [--issues FILE] [--html]',
  summary: 'Turns GP Connect records into C-CDA documents',
  help: `FILE is a GP Connect Access Record Structured bundle (FHIR STU3, JSON); - is standard input. The document, a C-CDA R2.1
Continuity of Care Document, goes to standard output, and what could not be kept as it was goes beside it as lines. The
exit code is 0 also with issues, and 1 for what is no GP record at all.

  --out FILE     the document goes there; for several records a folder, one document for each
  --issues FILE  issues, and what became of every resource, as JSON
  --html         a page that people can read, in place of the document

Examples
  weft convert record.json > record.xml
  weft convert - --html < record.json > record.html
  weft convert records/*.json --out documents --issues issues.json`,
  async run(args, context) {
    const { values, positionals } = readArguments(args, {
      out: { type: 'string' },
      issues: { type: 'string' },
      html: { type: 'boolean', default: false },
    })
    if (positionals.length === 0) throw new UsageProblem('Which record? A FILE, or - for standard input')
    if (positionals.length > 1 && values.out === undefined)
      throw new UsageProblem('Several records want --out with a folder for the documents')
    const bar = positionals.length > 1 ? progress(context, 'Converting', positionals.length) : undefined
    const host: ConvertHost = {
      read,
      write,
      print: context.print,
      tell: bar ? bar.say : context.tell,
      step: (resources) => bar?.step(resources),
      now: context.now,
    }
    const code = await convertFiles(
      {
        files: positionals,
        html: values.html,
        ...(values.out !== undefined && { out: values.out }),
        ...(values.issues !== undefined && { issues: values.issues }),
      },
      host,
    )
    bar?.end()
    return code
  },
}

async function read(file: string): Promise<Uint8Array> {
  if (file !== '-') {
    const status = await stat(file)
    if (status.size > largestRecord) throw tooLarge()
    if (status.isFile()) return readFile(file)
    if (status.isDirectory()) throw new Problem('invalid', 'A folder, not a file')
  }
  // What has no size beforehand is read as far as a record may go.
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of file === '-' ? process.stdin : createReadStream(file)) {
    const bytes = chunk as Buffer
    length += bytes.length
    if (length > largestRecord) throw tooLarge()
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

function tooLarge(): Problem {
  return new Problem('invalid', `Too large for a GP record: more than ${largestRecord} bytes`)
}

async function write(file: string, text: string): Promise<void> {
  await makeFolder(dirname(file))
  const there = await lstat(file).catch(() => undefined)
  // A pipe, a device or a link is written through, not replaced.
  if (there !== undefined && !there.isFile()) return writeFile(file, text)
  // What has its name is whole: a document that was being written when the program was ended keeps another.
  await writeFile(`${file}.part`, text)
  await rename(`${file}.part`, file)
}
