/** Made people for a new database, once. Every entry is a PUT to its own id: after a crash it is done again from the start. */
import { madeBundles } from '../../simulators/people/bundles.ts'
import { Problem } from '../kernel/problem.ts'
import type { Context } from './commands/command.ts'
import type { Config } from './config.ts'
import { countTables, type DatabaseAccess } from './database.ts'
import { inProcess } from './in-process.ts'
import { progress } from './progress.ts'
import { publicUrlOf } from './serve.ts'
import { services } from './services.ts'
import { wire } from './wire.ts'

export type SampleOptions = {
  readonly config: Config
  readonly access: DatabaseAccess
  readonly people: number
  readonly signal: AbortSignal
  readonly context: Context
}

const what = 'sample people'
type Once = { finished: boolean }

export async function loadSample({ config, access, people, signal, context }: SampleOptions): Promise<void> {
  const fhir = services.find(({ name }) => name === 'fhir-server')
  if (!fhir) return
  const wiring = await wire(config, {
    databaseUrl: access.app,
    publicUrl: publicUrlOf(config),
    version: context.version,
  })
  const { database } = wiring
  const ask = (text: string) => database.query<Once>(config.TENANT, { text, values: [what] })
  try {
    const [before] = await ask('select finished_at is not null as finished from platform.once where what = $1')
    if (before?.finished) return
    const service = await fhir.start(wiring)
    try {
      const submit = inProcess(service.mounts, wiring, signal)
      // A database that somebody else filled is left as it is.
      if (!before && (await hasHistory(submit))) return
      await ask('insert into platform.once (what) values ($1) on conflict do nothing')
      const bar = progress(context, `Making ${people} people (once)`, people + 1)
      for (const bundle of madeBundles({ seed: config.SAMPLE_SEED, people })) {
        if (signal.aborted) return bar.end()
        const { status, body } = await submit({ method: 'POST', path: '/fhir', body: JSON.stringify(bundle) })
        if (status >= 300)
          throw new Problem('internal', `The sample people were refused: ${status} ${body.slice(0, 500)}`)
        bar.step(bundle.entry?.length ?? 0)
      }
      bar.end()
      await countTables(access)
      await ask('update platform.once set finished_at = now() where what = $1')
    } finally {
      await service.stop()
    }
  } finally {
    await wiring.stop()
  }
}

async function hasHistory(submit: ReturnType<typeof inProcess>): Promise<boolean> {
  const { status, body } = await submit({ method: 'GET', path: '/fhir/_history?_count=1' })
  return status !== 200 || ((JSON.parse(body) as { entry?: unknown[] }).entry ?? []).length > 0
}
