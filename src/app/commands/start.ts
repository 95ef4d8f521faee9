import { loadConfig } from '../config.ts'
import { checkDatabase, migrateDatabase, openDatabase } from '../database.ts'
import { runServer } from '../run-server.ts'
import { loadSample } from '../sample.ts'
import { settledPorts } from '../serve.ts'
import { services } from '../services.ts'
import { stopRequest } from '../stop-request.ts'
import { readArguments } from './arguments.ts'
import type { Command } from './command.ts'

export const start: Command = {
  name: 'start',
  usage: '',
  summary: 'Everything on this machine: database, migrations, sample people, all services (npm start)',
  help: `Starts the embedded PostgreSQL in .weft/ (or connects to DATABASE_URL), migrates it, loads made people into it when it
is new, and serves. Ctrl-C ends what is running and then stops PostgreSQL.

Examples
  weft start
  PORT=8080 weft start
  SAMPLE_PEOPLE=0 weft start`,
  async run(args, context) {
    readArguments(args, {})
    const stop = stopRequest()
    const config = await settledPorts(loadConfig(context.environment))
    const access = await openDatabase(config, context.root)
    try {
      if (access.owner !== undefined) await migrateDatabase(access, context.root)
      await checkDatabase(access, context.root)
      const people = config.SAMPLE_PEOPLE ?? (access.embedded ? 200 : 0)
      if (people > 0) await loadSample({ config, access, people, signal: stop.signal, context })
      if (stop.signal.aborted) return 0
      const server = await runServer({ config, access, services, version: context.version, stop })
      for (const line of welcome(server.publicUrl, access.address)) context.print(line)
      for (const line of server.notices) context.tell(line)
      return await server.finished
    } finally {
      await access.stop()
    }
  },
}

const welcome = (url: string, database: string) => [
  '',
  `Weft runs at ${url}`,
  '',
  `  ${url}/                     what runs here`,
  `  ${url}/fhir/Patient         the patients in it`,
  `  ${url}/fhir/metadata        what the FHIR server can do`,
  `  ${url}/docs                 the HTTP API (ReDoc: ${url}/redoc)`,
  `  ${url}/gateway              what EHRs asked of the NHS (examples/gateway)`,
  `  ${url}/health/ready         its state, and what it depends on`,
  `  ${url}/metrics              figures for Prometheus`,
  '',
  `  PostgreSQL                ${database}`,
  '  Ctrl-C stops both. Requests follow, a JSON object a line.',
  '',
]
