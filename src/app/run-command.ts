/** `weft <command> …`: finds the command, and says in words what went wrong with it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../kernel/problem.ts'
import { type Command, type Context, UsageProblem } from './commands/command.ts'
import { commands } from './commands/index.ts'

export async function runCommand(args: readonly string[], outside: Omit<Context, 'version'>): Promise<number> {
  const { version } = JSON.parse(readFileSync(join(outside.root, 'package.json'), 'utf8')) as { version: string }
  const context: Context = { ...outside, version }
  const [name, ...rest] = args
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    const about = commands.find((command) => command.name === rest[0])
    context.print(about ? helpOf(about) : overview)
    return name === undefined ? 2 : 0
  }
  if (name === '--version' || name === '-v') {
    context.print(version)
    return 0
  }
  const command = commands.find((each) => each.name === name)
  if (!command) {
    context.tell(`weft has no command ${name}.${suggestion(name)} weft --help lists them.`)
    return 2
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    context.print(helpOf(command))
    return 0
  }
  try {
    return await command.run(rest, context)
  } catch (error) {
    if (error instanceof UsageProblem) {
      context.tell(`${error.message}\n\n${usageOf(command)}\nweft ${command.name} --help tells more.`)
      return 2
    }
    context.tell(error instanceof Problem && error.kind !== 'internal' ? error.message : trace(error))
    return 1
  }
}

const usageOf = ({ name, usage }: Command) => `Usage: weft ${name} ${usage}`.trimEnd()
const helpOf = (command: Command) => `${usageOf(command)}\n${command.summary}.\n\n${command.help}`

const overview = `Usage: weft <command> …

${commands.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`).join('\n')}

weft <command> --help tells more. Settings are variables of the environment: docs/reference/configuration.md

Examples
  npm start                                     everything on this machine, at http://localhost:8000
  npm run weft -- load path/to/bundles          records from files
  npm run weft -- convert record.json           a GP record as a C-CDA document
  npx weft serve fhir-server --workers 4        the FHIR server alone, in four processes`

const trace = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error))

function suggestion(typed: string): string {
  const [nearest] = commands
    .map(({ name }) => ({ name, steps: distance(typed, name) }))
    .sort((one, other) => one.steps - other.steps)
  return nearest && nearest.steps <= 3 ? ` Did you mean ${nearest.name}?` : ''
}

/** https://en.wikipedia.org/wiki/Levenshtein_distance */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1]
    for (const [j, counterpart] of [...other].entries())
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (letter === counterpart ? 0 : 1)))
    row = next
  }
  return row.at(-1) ?? 0
}
