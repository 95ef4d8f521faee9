/** A script that is several processes: each is the same file with another `--role`, and tells what it took. */
import { type ChildProcess, fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { type Cpu, ownCpu } from './cpu.ts'

export type Memory = { readonly rssMB: number; readonly heapMB: number; readonly buffersMB: number }
export type Role<Said> = {
  readonly said: Said
  cpu(): Promise<Cpu>
  /** After a collection. */
  memory(): Promise<Memory>
  /** Samples its main thread until the function that it gives is called. */
  profile(file: string): Promise<() => Promise<void>>
  /** What the role answers to a question of its own. */
  ask<Answer>(question: string): Promise<Answer>
  stop(): Promise<void>
}

export async function startRole<Said>(
  file: string,
  role: string,
  args: readonly string[],
  options: readonly string[] = [],
): Promise<Role<Said>> {
  const child = fork(file, ['--role', role, ...args], {
    execArgv: ['--disable-warning=ExperimentalWarning', '--expose-gc', ...options],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const said = await next<Said>(child, role)
  const ask = async <Answer>(question: string) => {
    child.send({ question })
    return next<Answer>(child, role)
  }
  return {
    said,
    ask,
    cpu: () => ask<Cpu>('cpu'),
    memory: () => ask<Memory>('memory'),
    async profile(file) {
      await ask('profile')
      return async () => void (await ask(`profiled ${file}`))
    },
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.removeAllListeners('message')
      child.send({ question: 'stop' })
      await ended
    },
  }
}

/** In the child: says it is ready, then answers. */
export function playRole(said: unknown, answers: Readonly<Record<string, () => unknown>> = {}): void {
  process.on('message', ({ question }: { question: string }) => {
    if (question === 'stop') process.exit(0)
    if (question === 'cpu') process.send?.(ownCpu())
    else if (question === 'memory') process.send?.(memory())
    else if (question.startsWith('profile')) void profile(question.split(' ')[1])
    else process.send?.(answers[question]?.())
  })
  process.once('disconnect', () => process.exit(0))
  process.send?.(said)
}

const session = new Session()
async function profile(file: string | undefined): Promise<void> {
  if (file === undefined) {
    session.connect()
    await session.post('Profiler.enable')
    await session.post('Profiler.setSamplingInterval', { interval: 500 })
    await session.post('Profiler.start')
  } else {
    writeFileSync(file, JSON.stringify((await session.post('Profiler.stop')).profile))
    session.disconnect()
  }
  process.send?.({ profile: file ?? 'begun' })
}

function memory(): Memory {
  globalThis.gc?.()
  globalThis.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  const mb = (bytes: number) => Math.round(bytes / 1e6)
  return { rssMB: mb(rss), heapMB: mb(heapUsed), buffersMB: mb(external) }
}

function next<Answer>(child: ChildProcess, role: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null) => reject(new Error(`${role} ended with ${code}`))
    child.once('exit', gone)
    child.once('message', (message) => {
      child.off('exit', gone)
      resolve(message as Answer)
    })
  })
}
