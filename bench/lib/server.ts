/** `weft serve` as it is, in processes of its own, with a Redis of its own where there is one on this machine. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { type Cpu, treeCpu } from './cpu.ts'

export type Server = { readonly port: number; readonly cpu: () => Promise<Cpu>; readonly stop: () => Promise<void> }

export async function startServer(
  main: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  nodeOptions: readonly string[],
): Promise<Server> {
  const port = await freePort()
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', ...nodeOptions, main, 'serve', ...args],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...environment, PORT: String(port) },
    },
  )
  await new Promise<void>((resolve, reject) => {
    let told = ''
    child.stderr.on('data', (text: Buffer) => {
      told += text.toString()
      if (told.includes('Weft serves at')) resolve()
    })
    child.once('exit', () => reject(new Error(`The server ended: ${told}`)))
  })
  return running(child, port)
}

/** undefined where no redis-server is installed. */
export async function startRedis(): Promise<Server | undefined> {
  if (spawnSync('redis-server', ['--version']).status !== 0) return undefined
  const port = await freePort()
  const child = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', ''], { stdio: 'pipe' })
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (text: Buffer) => text.includes('Ready to accept') && resolve())
    child.once('exit', () => reject(new Error('redis-server ended')))
  })
  return running(child, port)
}

function running(child: ChildProcess, port: number): Server {
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    port,
    cpu: async () => treeCpu(child.pid ?? 0),
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
