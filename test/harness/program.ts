/** The `weft` program as a user runs it: its own process, its own data folder, a free port. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { keepOutput } from './run-log.ts'

const root = join(import.meta.dirname, '..', '..')
const patienceMs = 60_000

export type Program = {
  readonly process: ChildProcess
  readonly url: string
  /** Standard output and error so far. */
  output(): string
  /** Code or signal it ended with. */
  readonly ended: Promise<number | string>
}

export type Folder = { readonly path: string; remove(): void }

/** Not under the project: each program its own database. */
export function dataFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'weft data '))
  return {
    path,
    remove() {
      // As root the database lies where `nobody` can reach it.
      const link = join(path, 'database')
      if (existsSync(link)) rmSync(realpathSync(link), { recursive: true, force: true })
      rmSync(path, { recursive: true, force: true })
    },
  }
}

/** Starts it with `args` and waits until it answers; `through` is the wrapper in bin/ or the program itself. */
export async function startProgram(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  through: 'bin/weft.mjs' | 'src/main.ts' = 'src/main.ts',
): Promise<Program> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(root, through), ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', SAMPLE_PEOPLE: '5', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => (text += chunk))
    keepOutput(stream)
  }
  const ended = new Promise<number | string>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal ?? '')),
  )
  let over = false
  void ended.then(() => (over = true))
  // What a failed test leaves running would hold its file until the run gives it up.
  after(() => void (over || child.kill('SIGKILL')))
  for (let waited = 0; waited < patienceMs && !over; waited += 20) {
    const url = /^Weft (?:runs|serves) at (\S+)/m.exec(text)?.[1]
    if (url !== undefined) return { process: child, url, output: () => text, ended }
    await sleep(20)
  }
  child.kill('SIGKILL')
  throw new Error(`It did not start:\n${text}`)
}
