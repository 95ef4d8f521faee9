import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Buffer } from 'node:buffer'
import { population } from '../../../simulators/people/population.ts'
import { Problem } from '../../kernel/problem.ts'
import {
  discoveryRequest,
  type EhrTools,
  localAssertion,
  queryRequest,
  retrieveRequest,
} from '../gateway/ehr-requests.ts'
import { localIssuer } from '../gateway/local-issuer.ts'
import { local } from '../gateway/local-settings.ts'
import { simulatedConsumers, simulatedPeople } from '../gateway/simulated-nhs.ts'
import { type Post, tryGateway } from '../gateway/try-gateway.ts'
import { loadConfig } from '../config.ts'
import { publicUrlOf } from '../serve.ts'
import { readArguments } from './arguments.ts'
import { type Command, type Context, UsageProblem } from './command.ts'

export const gateway: Command = {
  name: 'gateway',
  usage: 'try|request|assertion|people …',
  summary: 'Tries the IHE gateway as an EHR would',
  help: `For the gateway that weft start runs against the simulated NHS. Requests are signed with this machine's own issuer.

  try [NUMBER]              discovery, query, retrieve: each step, its time, and the document
    --url URL               where the gateway is; default: PUBLIC_URL or http://localhost:PORT
    --out FILE              writes the document there
  request ITI NUMBER        a request to post: iti47, iti55 or iti38 with an NHS number, iti39 with a document's unique id
  assertion                 a SAML assertion for an hour
  people                    the made people of the simulated NHS, the special ones first

Examples
  weft gateway people
  weft gateway try 9994799320
  weft gateway request iti38 9994799320 | curl --data-binary @- -H 'Content-Type: application/soap+xml' http://localhost:8000/SOAP/iti38`,
  async run(args, context) {
    const { values, positionals } = readArguments(args, { url: { type: 'string' }, out: { type: 'string' } })
    const [verb = '', ...rest] = positionals
    const run = Object.hasOwn(verbs, verb) ? verbs[verb as keyof typeof verbs] : undefined
    if (!run) throw new UsageProblem('try, request, assertion or people?')
    return run(context, rest, values)
  },
}

type Values = { readonly url?: string | undefined; readonly out?: string | undefined }

const verbs = {
  try: tryIt,
  async request(context: Context, [transaction = '', subject = '']: string[]) {
    const write = Object.hasOwn(requests, transaction) ? requests[transaction as keyof typeof requests] : undefined
    if (!write || !subject)
      throw new UsageProblem('iti47, iti55, iti38 or iti39, and an NHS number or a document’s unique id')
    context.print(write(toolsOf(context), subject).text)
    return 0
  },
  async assertion(context: Context) {
    context.print(localAssertion(toolsOf(context)))
    return 0
  },
  async people(context: Context) {
    for (const { nhsNumber, special, given, family, birthDate } of population(
      simulatedPeople.seed,
      simulatedPeople.people,
    ).slice(0, 30))
      context.print(`${nhsNumber}  ${birthDate}  ${`${given[0]} ${family}`.padEnd(28)} ${special ?? ''}`)
    return 0
  },
}

const requests = {
  iti47: (tools: EhrTools, number: string) => discoveryRequest(tools, 'iti47', number),
  iti55: (tools: EhrTools, number: string) => discoveryRequest(tools, 'iti55', number),
  iti38: queryRequest,
  iti39: (tools: EhrTools, documentUniqueId: string) =>
    retrieveRequest(tools, {
      home: local.homeCommunityId,
      repositoryUniqueId: local.repositoryUniqueId,
      documentUniqueId,
    }),
}

async function tryIt(context: Context, [number]: string[], { url, out }: Values): Promise<number> {
  const at = url ?? publicUrlOf(loadConfig(context.environment))
  const nhsNumber = number ?? population(simulatedPeople.seed, 1)[0]?.nhsNumber ?? ''
  const { ok, document } = await tryGateway(
    postTo(at),
    () => toolsOf(context),
    nhsNumber,
    context.print,
    () => performance.now() / 1000,
  )
  if (document && out !== undefined) {
    writeFileSync(out, document)
    context.print(`  written to ${out}`)
  } else if (document) {
    context.print('')
    context.print(document.toString('utf8').slice(0, 2000))
    if (document.length > 2000) context.print('…')
  }
  return ok ? 0 : 1
}

function toolsOf({ environment, now, root }: Context): EhrTools {
  const { DATA_FOLDER } = loadConfig(environment)
  const [consumer] = simulatedConsumers
  if (!consumer) throw new Problem('internal', 'The simulated NHS has no consumer')
  return { issuer: localIssuer(resolve(root, DATA_FOLDER)), consumer, now: now(), ids: randomUUID }
}

const postTo =
  (url: string): Post =>
  async (path, contentType, body) => {
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': contentType },
      body: new Uint8Array(body),
    }).catch((cause) => {
      throw new Problem('unavailable', `No gateway answers at ${url}: is weft start running?`, { cause })
    })
    return { contentType: answer.headers.get('content-type') ?? '', body: Buffer.from(await answer.arrayBuffer()) }
  }
