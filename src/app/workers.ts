/**
 * Several processes behind one port. The first one holds the database and answers no requests; it starts the others
 * again when they die, and adds up their figures. https://nodejs.org/docs/latest-v24.x/api/cluster.html
 */
import cluster, { type Worker } from 'node:cluster'
import { prometheusText } from '../platform/telemetry/metrics.ts'
import type { MetricJson } from '../platform/telemetry/request-metrics.ts'
import type { Config } from './config.ts'

/** What a worker is told; not by its environment, which others can see. */
export type WorkerTask = { readonly config: Config; readonly databaseUrl: string; readonly services: readonly string[] }

type ToWorker = { task: WorkerTask } | { collect: number } | { answer: number; text: string }
type ToFirst = { ready: true } | { failed: string } | { figures: number; json: MetricJson[] } | { ask: number }

export type Workers = { stop(): Promise<void> }

const shortLifeMs = 5_000
const shortLivesAllowed = 5

/** Returns when every worker listens; `lost` is called when they die as soon as they start. */
export async function startWorkers(count: number, task: WorkerTask, lost: (reason: string) => void): Promise<Workers> {
  let stopping = false
  let shortLives = 0
  const waiting = new Map<number, (json: MetricJson[]) => void>()
  let asked = 0

  const figures = async (): Promise<string> => {
    const all = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
    return prometheusText(await Promise.all(all.map(figuresOf)))
  }
  const figuresOf = (worker: Worker) =>
    new Promise<MetricJson[]>((resolve) => {
      const id = ++asked
      const give = (json: MetricJson[]) => {
        clearTimeout(timer)
        waiting.delete(id)
        resolve(json)
      }
      // One that died meanwhile counts nothing.
      const timer = setTimeout(give, 1000, [])
      waiting.set(id, give)
      tell(worker, { collect: id })
    })

  // Whatever this process was told to do besides, a worker serves.
  cluster.setupPrimary({ args: ['serve'] })
  const startOne = () =>
    new Promise<void>((resolve, reject) => {
      const worker = cluster.fork()
      const startedMs = performance.now()
      let failure: string | undefined
      worker.on('message', (message: ToFirst) => {
        if ('ready' in message) resolve()
        else if ('failed' in message) failure = message.failed
        else if ('figures' in message) waiting.get(message.figures)?.(message.json)
        else if ('ask' in message) figures().then((text) => tell(worker, { answer: message.ask, text }))
      })
      worker.on('exit', (code) => {
        if (failure !== undefined) return reject(new Error(failure))
        if (stopping || code === 0) return resolve()
        // Who waits for the start hears of it, and who waits for the end.
        const given = (reason: string) => {
          lost(reason)
          reject(new Error(reason))
        }
        if (performance.now() - startedMs < shortLifeMs && ++shortLives > shortLivesAllowed)
          return given('The workers die as soon as they start')
        startOne().then(resolve, (error: Error) => given(error.message))
      })
      worker.on('online', () => tell(worker, { task }))
      // A worker may be gone while something is being said to it. Unheard, that would end this process too.
      worker.on('error', () => {})
    })

  const stop = async () => {
    stopping = true
    const alive = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined)
    await Promise.all(
      alive.map(async (worker) => {
        // One that has ended may still be in the list for a moment, and does not end a second time.
        if (worker.isDead()) return
        const gone = new Promise((resolve) => worker.once('exit', resolve))
        worker.process.kill('SIGTERM')
        await gone
      }),
    )
  }
  try {
    await Promise.all(Array.from({ length: count }, startOne))
  } catch (error) {
    await stop()
    throw error
  }
  return { stop }
}

function tell(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message)
}

/** In a worker: what it is to do. */
export function workerTask(): Promise<WorkerTask> {
  return new Promise((resolve) => {
    process.on('message', (message: ToWorker) => {
      if ('task' in message) resolve(message.task)
    })
  })
}

/** In a worker: answers the first process, and asks it for everybody's figures. */
export function workerLink(json: () => Promise<MetricJson[]>): {
  ready(): void
  metricsText(): Promise<string>
} {
  const waiting = new Map<number, (text: string) => void>()
  let asked = 0
  const say = (message: ToFirst) => process.send?.(message)
  process.on('message', (message: ToWorker) => {
    if ('collect' in message) json().then((figures) => say({ figures: message.collect, json: figures }))
    else if ('answer' in message) {
      waiting.get(message.answer)?.(message.text)
      waiting.delete(message.answer)
    }
  })
  return {
    ready: () => say({ ready: true }),
    metricsText: () =>
      new Promise((resolve) => {
        waiting.set(++asked, resolve)
        say({ ask: asked })
      }),
  }
}

/** In a worker: why it cannot start. */
export function workerFailed(reason: string): Promise<void> {
  const failed: ToFirst = { failed: reason }
  return new Promise((resolve) => {
    if (process.send) process.send(failed, () => resolve())
    else resolve()
  })
}
