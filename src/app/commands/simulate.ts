import { randomBytes, randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Problem } from '../../kernel/problem.ts'
import { loadConfig } from '../config.ts'
import { stopRequest } from '../stop-request.ts'
import { readArguments, wholeNumber } from './arguments.ts'
import { type Command, type Context, UsageProblem } from './command.ts'

export const simulate: Command = {
  name: 'simulate',
  usage: 'nhs [--port N] [--people N] [--seed N] [--data FOLDER] [--fault WHAT] [--delay MS] [--limit N]',
  summary: 'Runs a simulated NHS on this machine: token endpoint, PDS, SDS, Spine proxy, GP Connect',
  help: `  --port N       of the token endpoint, PDS and SDS; the Spine proxy takes the next one (8443)
  --people N     made people (200); the first sixteen are the special ones
  --seed N       other people (SAMPLE_SEED)
  --data FOLDER  the published test records of the NHS instead of made people
  --fault WHAT   what goes wrong: SERVICE:WHAT[:SHARE], commas between. Services: token, pds, sds, spine.
                 WHAT is a status, delay=MS, drop, hang or garbage; SHARE is from 0 to 1
  --delay MS     before every answer (0)
  --limit N      requests a second that PDS takes (5); 0: any number

Keys, certificates and nhs-settings.json, the part "nhs" of a gateway's settings, are written into DATA_FOLDER.

Examples
  weft simulate nhs
  weft simulate nhs --fault pds:503:0.1,spine:delay=3000:0.2`,
  async run(args, context) {
    const { values, positionals } = readArguments(args, {
      port: { type: 'string' },
      people: { type: 'string' },
      seed: { type: 'string' },
      data: { type: 'string' },
      fault: { type: 'string' },
      delay: { type: 'string' },
      limit: { type: 'string' },
    })
    if (positionals.length !== 1 || positionals[0] !== 'nhs') throw new UsageProblem('weft simulate nhs')
    const config = loadConfig(context.environment)
    const stop = stopRequest()
    const nhs = await start(context, join(resolve(context.root, config.DATA_FOLDER), 'nhs-simulator'), {
      port: wholeNumber(values.port, '--port', 0) ?? 8443,
      people: wholeNumber(values.people, '--people') ?? 200,
      seed: wholeNumber(values.seed, '--seed', 0) ?? config.SAMPLE_SEED,
      data: values.data,
      fault: values.fault ?? '',
      delayMs: wholeNumber(values.delay, '--delay', 0) ?? 0,
      perSecond: wholeNumber(values.limit, '--limit', 0) ?? 5,
    })
    await stop.asked
    await nhs.stop()
    return 0
  },
}

type Wish = {
  readonly port: number
  readonly people: number
  readonly seed: number
  readonly data: string | undefined
  readonly fault: string
  readonly delayMs: number
  readonly perSecond: number
}

async function start(context: Context, folder: string, wish: Wish) {
  const { parseFaults } = await import('../../../simulators/nhs/faults.ts')
  const { madeHospital, madeWorld } = await import('../../../simulators/nhs/made-world.ts')
  const { publishedWorld } = await import('../../../simulators/nhs/published-world.ts')
  const { startNhsSimulator } = await import('../../../simulators/nhs/start.ts')
  const faults = parseFaults(wish.fault)
  if (!faults) throw new UsageProblem('--fault wants SERVICE:WHAT[:SHARE], as in pds:503:0.1')
  const world = wish.data === undefined ? madeWorld(wish) : publishedWorld(wish.data, [madeHospital]).world
  const nhs = await startNhsSimulator({
    ...wish,
    world,
    folder,
    faults,
    clock: context.now,
    ids: randomUUID,
    chance: Math.random,
    randomBytes,
    told: ({ service, method, status, wrong }) =>
      context.tell(`${service} ${method} ${status} ${wrong ?? ''}`.trimEnd()),
  }).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code !== 'EADDRINUSE') throw thrown
    throw new Problem(
      'unavailable',
      `Port ${wish.port} or ${wish.port + 1} is taken. --port ${wish.port + 10} takes others.`,
    )
  })
  const file = join(folder, 'nhs-settings.json')
  writeFileSync(file, `${JSON.stringify({ nhs: nhs.settings }, null, 2)}\n`)
  context.print(`${world.patients.size} patients, ${world.practices.size} practices`)
  context.print(`Settings for a gateway: ${file}`)
  context.print('Ctrl-C ends it')
  return nhs
}
