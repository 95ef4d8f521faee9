import cluster from 'node:cluster'
import { asProblem } from '../../kernel/problem.ts'
import { type Config, loadConfig } from '../config.ts'
import { checkDatabase, openDatabase } from '../database.ts'
import { runServer } from '../run-server.ts'
import { chooseServices, settledPorts, serve as serveHere } from '../serve.ts'
import { services } from '../services.ts'
import { type StopRequest, stopRequest } from '../stop-request.ts'
import { workerFailed, workerLink, workerTask } from '../workers.ts'
import { readArguments, wholeNumber } from './arguments.ts'
import type { Command, Context } from './command.ts'

export const serve: Command = {
  name: 'serve',
  usage: '[service…] [--workers N]',
  summary: 'Serves, and changes nothing in the database',
  help: `Without a service's name: all of them.
${services.map(({ name, summary }) => `  ${name.padEnd(14)} ${summary}`).join('\n')}

  --workers N    processes that answer requests (WORKERS)

Examples
  weft serve
  weft serve fhir-server --workers 4
  DATABASE_URL=postgres://weft_app:…@db/weft weft serve`,
  async run(args, context) {
    const stop = stopRequest()
    if (cluster.isWorker) return work(context, stop)
    const { values, positionals } = readArguments(args, { workers: { type: 'string' } })
    const chosen = chooseServices(positionals)
    const given = loadConfig(context.environment)
    const config: Config = await settledPorts({
      ...given,
      WORKERS: wholeNumber(values.workers, '--workers') ?? given.WORKERS,
    })
    const access = await openDatabase(config, context.root)
    try {
      await checkDatabase(access, context.root)
      const server = await runServer({ config, access, services: chosen, version: context.version, stop })
      context.tell(`Weft serves at ${server.publicUrl}`)
      for (const line of server.notices) context.tell(line)
      return await server.finished
    } finally {
      await access.stop()
    }
  },
}

async function work(context: Context, stop: StopRequest): Promise<number> {
  const { config, databaseUrl, services } = await workerTask()
  try {
    const link: { current?: ReturnType<typeof workerLink> } = {}
    const serving = await serveHere({
      config,
      databaseUrl,
      version: context.version,
      services: chooseServices(services),
      metricsText: (own) => (link.current = workerLink(own)).metricsText,
    })
    link.current?.ready()
    await stop.asked
    await serving.stop()
    return 0
  } catch (error) {
    await workerFailed(asProblem(error).message)
    return 1
  }
}
