import { type ChildProcess, spawn } from 'node:child_process'
import { Agent, request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Send } from './fuzz.ts'
import { keepOutput } from '../harness/run-log.ts'

export type RunningServer = {
  /** With `/fhir`, as its links begin. */
  readonly base: string
  readonly send: Send
  /** What it wrote of errors; a server that says nothing had none. */
  readonly errors: readonly string[]
  /** False once the process has ended by itself. */
  isAlive(): boolean
  stop(): Promise<void>
}

const root = join(import.meta.dirname, '..', '..')

/** `weft serve fhir-server` as a process of its own, on a free port, with a database that is already migrated. */
export async function startServer(databaseUrl: string): Promise<RunningServer> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(root, 'src', 'main.ts'), 'serve', 'fhir-server'],
    {
      cwd: root,
      env: { ...process.env, DATABASE_URL: databaseUrl, PORT: '0', LOG_LEVEL: 'info', SAMPLE_PEOPLE: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const errors: string[] = []
  keepErrors(child, errors)
  keepOutput(child.stdout)
  keepOutput(child.stderr)
  const publicUrl = await whenServing(child)
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  const { hostname, port } = new URL(publicUrl)
  return {
    base: `${publicUrl}/fhir/`,
    errors,
    send: ({ method, path, headers, body }) =>
      new Promise((resolve, reject) => {
        // Node frames a body itself only where the method usually has one.
        const framed = body === undefined ? headers : { ...headers, 'content-length': String(body.length) }
        const request = httpRequest({
          host: hostname,
          port,
          method,
          path: `/fhir${path}`,
          headers: framed,
          agent,
          timeout: 70_000,
        })
        request.on('timeout', () => request.destroy(new Error('no answer within 70 seconds')))
        request.on('error', reject)
        request.on('response', (response) => {
          const parts: Buffer[] = []
          response.on('data', (part: Buffer) => parts.push(part))
          response.on('error', reject)
          response.on('end', () => {
            const all = Buffer.concat(parts)
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers as Record<string, string | undefined>,
              body: (response.headers['content-encoding'] === 'gzip' ? gunzipSync(all) : all).toString(),
            })
          })
        })
        request.end(body)
      }),
    isAlive: () => child.exitCode === null && child.signalCode === null,
    async stop() {
      agent.destroy()
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
    },
  }
}

function whenServing(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stderr?.on('data', (text: Buffer) => {
      said += text.toString()
      const url = /serves at (\S+)/.exec(said)?.[1]
      if (url) resolve(url)
    })
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}: ${said}`)))
  })
}

function keepErrors(child: ChildProcess, errors: string[]): void {
  let rest = ''
  child.stdout?.on('data', (text: Buffer) => {
    const lines = (rest + text.toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.includes('"level":"error"')) errors.push(line)
  })
}
