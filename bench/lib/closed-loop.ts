/** A closed loop: every connection has one request in flight. Answers requests a second and the milliseconds they took. */
import { connect, type Socket } from 'node:net'

export type Figure = {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
}

export type HttpAsk = {
  readonly method: string
  readonly path: string
  readonly body?: string
  readonly status: number
}

/** Runs `task` on each of `width` lanes for `seconds`, after a second of warming up. */
export async function measure(width: number, seconds: number, task: (lane: number) => Promise<void>): Promise<Figure> {
  const times: number[] = []
  const begin = performance.now() + 1000
  const end = begin + seconds * 1000
  await Promise.all(
    Array.from({ length: width }, async (_, lane) => {
      while (performance.now() < end) {
        const started = performance.now()
        await task(lane)
        if (started >= begin) times.push(performance.now() - started)
      }
    }),
  )
  return figure(times, seconds)
}

/** Of the milliseconds that each request took. */
export function figure(times: readonly number[], seconds: number): Figure {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0
  return { perSecond: sorted.length / seconds, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) }
}

/** HTTP/1.1 on one socket a lane: cheap, so that the client does not measure itself. Throws for another status. */
export async function httpLanes(
  port: number,
  width: number,
): Promise<{ ask(lane: number, ask: HttpAsk): Promise<string>; close(): void }> {
  const lanes = await Promise.all(Array.from({ length: width }, () => lane(port)))
  return {
    ask: (index, ask) => (lanes[index] as Lane).ask(ask),
    close: () => lanes.forEach(({ socket }) => socket.destroy()),
  }
}

type Lane = { socket: Socket; ask(ask: HttpAsk): Promise<string> }

async function lane(port: number): Promise<Lane> {
  const socket = connect(port, '127.0.0.1').setNoDelay(true)
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  let buffered = Buffer.alloc(0)
  let waiting: { resolve(body: string): void; reject(error: Error): void; status: number } | undefined
  socket.on('data', (chunk) => {
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk])
    const head = buffered.indexOf('\r\n\r\n')
    if (head < 0) return
    const headers = buffered.toString('latin1', 0, head)
    const length = Number(/content-length: (\d+)/i.exec(headers)?.[1] ?? 0)
    if (buffered.length < head + 4 + length) return
    const body = buffered.toString('utf8', head + 4, head + 4 + length)
    buffered = Buffer.alloc(0)
    const status = Number(headers.slice(9, 12))
    const done = waiting
    waiting = undefined
    if (status === done?.status) done.resolve(body)
    else done?.reject(new Error(`${status}: ${body.slice(0, 300)}`))
  })
  socket.on('error', (error) => waiting?.reject(error))
  return {
    socket,
    ask: ({ method, path, body, status }) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject, status }
        const about =
          body === undefined
            ? ''
            : `content-type: application/fhir+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`
        socket.write(`${method} ${path} HTTP/1.1\r\nhost: localhost\r\n${about}\r\n${body ?? ''}`)
      }),
  }
}
