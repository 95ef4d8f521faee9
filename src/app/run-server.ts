/** Serves until asked to stop, in this process or in workers. */
import type { Config } from './config.ts'
import type { DatabaseAccess } from './database.ts'
import { publicUrlOf, serve } from './serve.ts'
import type { Service } from './service.ts'
import type { StopRequest } from './stop-request.ts'
import { startWorkers } from './workers.ts'

export type ServerRun = {
  readonly config: Config
  readonly access: DatabaseAccess
  readonly services: readonly Service[]
  readonly version: string
  readonly stop: StopRequest
}

export type RunningServer = {
  readonly publicUrl: string
  /** What is not as it should be, and mends itself. Of several processes, each logs its own. */
  readonly notices: readonly string[]
  /** The exit code, after the last request. */
  readonly finished: Promise<number>
}

/** Returns when requests are answered. */
export async function runServer(run: ServerRun): Promise<RunningServer> {
  const { config, access, services, version, stop } = run
  const publicUrl = publicUrlOf(config)
  if (config.WORKERS === 1) {
    const serving = await serve({ config, databaseUrl: access.app, services, version })
    const finished = stop.asked.then(() => serving.stop()).then(() => 0)
    return { publicUrl, notices: await serving.notices(), finished }
  }
  const task = { config, databaseUrl: access.app, services: services.map(({ name }) => name) }
  const { promise: lost, reject: lose } = Promise.withResolvers<never>()
  lost.catch(() => {})
  const workers = await startWorkers(config.WORKERS, task, (reason) => lose(new Error(reason)))
  const finished = Promise.race([stop.asked, lost]).then(
    () => 0,
    () => 1,
  )
  return { publicUrl, notices: [], finished: finished.then((code) => workers.stop().then(() => code)) }
}
