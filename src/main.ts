/** The `weft` command. Alone in reading the environment, the arguments and the clock for everything below. */
import { enableCompileCache, flushCompileCache } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
// Before the rest is read: a second start takes what the first one compiled.
enableCompileCache(join(root, '.weft', 'compiled'))
// It is written at the end of a process, which one that is killed never sees.
setTimeout(flushCompileCache, 4_000).unref()
const { runCommand } = await import('./app/run-command.ts')

const screen = process.stderr.isTTY
  ? { columns: process.stderr.columns ?? 80, write: (text: string) => void process.stderr.write(text) }
  : undefined

const code = await runCommand(process.argv.slice(2), {
  environment: process.env,
  root,
  now: () => new Date(),
  print: (line) => void process.stdout.write(`${line}\n`),
  tell: (line) => void process.stderr.write(`${line}\n`),
  screen,
})
// Everything that was opened is closed by now; what a library left behind must not keep the process.
process.exit(code)
