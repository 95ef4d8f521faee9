// A GP Connect record (FHIR STU3) as a C-CDA document, with what became of each of its resources.
//
//   node examples/convert-a-gp-record.ts record.json > record.xml
import { readFileSync } from 'node:fs'
import { convertToCcda, parseJson, serialise } from '../src/standards/ccda/index.ts'

const [file = 'examples/gp-record.json'] = process.argv.slice(2)
const { value, issues, ledger } = convertToCcda(parseJson(readFileSync(file)), new Date())

process.stdout.write(serialise(value))
for (const { severity, text, resource } of issues) console.error(`${severity}: ${text} ${resource ?? ''}`)
for (const line of ledger)
  console.error(`${line.resource}: ${line.became === 'entry' ? `${line.section} #${line.entry}` : line.became}`)
