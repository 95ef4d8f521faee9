import { Problem } from '../../kernel/problem.ts'
import { type Config, loadConfig } from '../config.ts'
import { checkDatabase, countTables, openDatabase } from '../database.ts'
import { inProcess, type Submit } from '../in-process.ts'
import { filesToLoad } from '../load/files.ts'
import { loadFiles } from '../load/load-files.ts'
import { overHttp } from '../load/over-http.ts'
import { progress } from '../progress.ts'
import { publicUrlOf } from '../serve.ts'
import { services } from '../services.ts'
import { stopRequest } from '../stop-request.ts'
import { wire } from '../wire.ts'
import { readArguments } from './arguments.ts'
import { type Command, type Context, UsageProblem } from './command.ts'

export const load: Command = {
  name: 'load',
  usage: '[--url BASE] FILE|DIR…',
  summary: 'Loads FHIR records from files',
  help: `FILE is JSON with a transaction or batch Bundle, sent as it stands; with a collection or searchset, loaded entry by
entry, or as one transaction where its entries refer to each other as urn:uuid:…; or with a single resource; or NDJSON
(.ndjson, .jsonl) with a resource a line. Of a folder all .json, .ndjson and .jsonl files are read, below it too, in name
order. What fails is told with its reason, tried once more at the end, and the rest goes on; then the exit code is 1.

  --url BASE     a FHIR server elsewhere, such as http://localhost:8000/fhir; without it, into the database directly.
                 FHIR_AUTHORIZATION, where it is set, is sent as Authorization.

Examples
  weft load path/to/bundles
  weft load people.ndjson observations.ndjson
  weft load --url http://localhost:8000/fhir patient.json`,
  async run(args, context) {
    const { values, positionals } = readArguments(args, { url: { type: 'string' } })
    if (positionals.length === 0) throw new UsageProblem('Which files?')
    if (values.url !== undefined && !/^https?:\/\//.test(values.url))
      throw new UsageProblem('--url wants an http(s) URL')
    const files = filesToLoad(positionals)
    if (files.length === 0) throw new UsageProblem('There is no .json, .ndjson or .jsonl file there')
    const stop = stopRequest()
    const run = async (submit: Submit) => {
      const bar = progress(context, 'Loading', files.length)
      const { loaded, failures } = await loadFiles(files, submit, bar, stop.signal)
      bar.end()
      context.print(`${loaded} resources from ${files.length} files are in, ${failures.length} failed`)
      for (const { place, reason } of failures) context.print(`  ${place}: ${reason}`)
      return failures.length > 0 || stop.signal.aborted ? 1 : 0
    }
    if (values.url !== undefined) return run(overHttp(values.url, context.environment.FHIR_AUTHORIZATION))
    return directly(loadConfig(context.environment), context, stop.signal, run)
  },
}

async function directly(
  config: Config,
  { root, version }: Context,
  signal: AbortSignal,
  run: (submit: Submit) => Promise<number>,
): Promise<number> {
  const fhir = services.find(({ name }) => name === 'fhir-server')
  if (!fhir) throw new Problem('unavailable', 'This program has no FHIR server: load with --url')
  const access = await openDatabase(config, root)
  try {
    await checkDatabase(access, root)
    const wiring = await wire(config, { databaseUrl: access.app, publicUrl: publicUrlOf(config), version })
    const service = await fhir.start({ ...wiring, guest: true })
    try {
      const code = await run(inProcess(service.mounts, wiring, signal))
      await countTables(access)
      return code
    } finally {
      await service.stop()
      await wiring.stop()
    }
  } finally {
    await access.stop()
  }
}
