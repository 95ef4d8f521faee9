/**
 * ITI-38 and ITI-39 over HTTP, cold and from the cache, with the simulated NHS of zero latency in another process.
 * Floor: node:http giving the same bytes to the same client. Run it on a machine that has nothing else to do:
 *
 *     node bench/ihe-gateway.ts [--seconds 5]
 */
import { fork, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { madeHospital } from '../simulators/nhs/made-world.ts'
import { population } from '../simulators/people/population.ts'
import { loadConfig } from '../src/app/config.ts'
import { type EhrTools, queryRequest, retrieveRequest } from '../src/app/gateway/ehr-requests.ts'
import { readAnswer, readQuery, readRetrieve } from '../src/app/gateway/ehr-answers.ts'
import { localIssuer } from '../src/app/gateway/local-issuer.ts'
import { local } from '../src/app/gateway/local-settings.ts'
import { serve, settledPorts } from '../src/app/serve.ts'
import { iheGateway } from '../src/app/services/ihe-gateway.ts'
import { startEmbedded } from '../src/platform/database/embedded.ts'
import { migrate, readMigrations } from '../src/platform/database/migrate.ts'
import { measure } from './lib/closed-loop.ts'
import pg from 'pg'

const root = join(import.meta.dirname, '..')
const width = 12
const { values: given } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    role: { type: 'string' },
    url: { type: 'string' },
    file: { type: 'string' },
  },
})

const roles: Readonly<Record<string, () => Promise<unknown>>> = {
  async gateway() {
    const config = await settledPorts(loadConfig({ PORT: '0', LOG_LEVEL: 'warn', GATEWAY_SETTINGS: given.file ?? '' }))
    await serve({ config, version: 'bench', databaseUrl: given.url ?? '', services: [iheGateway] })
    return { port: config.PORT }
  },
  async floor() {
    const answer = readFileSync(given.file ?? '')
    const server = createServer((asked, response) => {
      asked
        .resume()
        .on('end', () =>
          response.writeHead(200, { 'content-type': 'text/xml', 'content-length': answer.length }).end(answer),
        )
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    return { port: (server.address() as AddressInfo).port }
  },
}

if (given.role === undefined) await main()
else process.send?.(await roles[given.role]?.())

async function main(): Promise<void> {
  const seconds = Number(given.seconds)
  const folder = mkdtempSync(join(tmpdir(), 'weft-bench-'))
  const cluster = await startEmbedded({
    weft: join(root, '.weft'),
    cluster: 'postgres-bench',
    settings: { synchronous_commit: 'off' },
  })
  const name = `gateway_${process.pid}`
  const superuser = new pg.Client(cluster.superuser)
  await superuser.connect()
  await superuser.query(`create database ${name} owner weft_owner`)
  const at = (url: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href
  const owner = new pg.Client(at(cluster.owner))
  await owner.connect()
  await migrate(owner, readMigrations(join(root, 'migrations')))
  await owner.end()

  const simulator = spawn(process.execPath, ['src/main.ts', 'simulate', 'nhs', '--port', '0', '--limit', '0'], {
    cwd: root,
    env: { ...process.env, DATA_FOLDER: folder },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  for await (const line of createInterface({ input: simulator.stdout })) if (line.includes('Ctrl-C')) break
  const issuer = localIssuer(folder)
  const { nhs } = JSON.parse(readFileSync(join(folder, 'nhs-simulator', 'nhs-settings.json'), 'utf8'))
  const settings = join(folder, 'settings.json')
  writeFileSync(join(folder, 'issuer.pem'), issuer.publicKey)
  const communities = madeHospital.communities
  writeFileSync(
    settings,
    JSON.stringify({
      nhs: { ...nhs, pds: { ...nhs.pds, perSecond: 10_000 } },
      gateway: {
        homeCommunityId: local.homeCommunityId,
        repositoryUniqueId: local.repositoryUniqueId,
        deviceId: local.deviceId,
        offer: ['delayed'],
        xua: {
          audiences: [local.audience],
          assertionUse: 'until-expiry',
          issuers: [{ issuer: issuer.issuer, certificateFiles: ['issuer.pem'], communities }],
        },
        communities: communities.map((id) => ({
          id,
          name: 'bench',
          organisations: [{ name: madeHospital.name, odsCode: madeHospital.odsCode }],
        })),
        audit: { sourceId: 'bench' },
      },
    }),
  )
  const children = [simulator.pid]
  const child = async (role: string, args: string[]) => {
    const started = fork(import.meta.filename, ['--role', role, ...args])
    children.push(started.pid)
    return new Promise<number>((resolve, reject) => {
      started.once('message', (said) => resolve((said as { port: number }).port))
      started.once('exit', (code) => reject(new Error(`${role} ended with ${code}`)))
    })
  }
  const agent = new Agent({ keepAlive: true, maxSockets: width })
  const post = (port: number, path: string, body: string) =>
    new Promise<Buffer>((resolve, reject) => {
      const sent = request(
        {
          port,
          host: '127.0.0.1',
          path,
          method: 'POST',
          agent,
          headers: { 'content-type': 'application/soap+xml', 'content-length': Buffer.byteLength(body) },
        },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('end', () =>
            response.statusCode === 200
              ? resolve(Buffer.concat(chunks))
              : reject(new Error(`${response.statusCode}: ${Buffer.concat(chunks).toString().slice(0, 300)}`)),
          )
        },
      )
      sent.on('error', reject)
      sent.end(body)
    })

  try {
    const from = performance.now()
    const port = await child('gateway', ['--url', at(cluster.app), '--file', settings])
    const startMs = performance.now() - from
    const tools: EhrTools = { issuer, consumer: madeHospital, now: new Date(), ids: randomUUID }
    // One assertion for all, as an EHR keeps one for a session; each message has an id of its own.
    const fresh = (text: string) => text.replace(/urn:uuid:[0-9a-f-]{36}/, `urn:uuid:${randomUUID()}`)
    const people = population(1, 200).filter(({ special }) => special === undefined)
    const queries = new Map(people.map(({ nhsNumber }) => [nhsNumber, queryRequest(tools, nhsNumber).text]))
    const retrieves: string[] = []
    let retrieved = 0
    const left = [...queries.values()].values()
    const coldFrom = performance.now()
    await Promise.all(
      Array.from({ length: width }, async () => {
        for (const query of left) {
          const { documents } = readQuery(
            readAnswer(await post(port, '/SOAP/iti38', fresh(query)), 'application/soap+xml'),
          )
          const [document] = documents
          if (!document) continue
          const retrieve = retrieveRequest(tools, document).text
          const answer = await post(port, '/SOAP/iti39', fresh(retrieve))
          retrieved += answer.length
          retrieves.push(retrieve)
        }
      }),
    )
    const coldPerSecond = (retrieves.length / (performance.now() - coldFrom)) * 1000
    const one = retrieves[0] ?? ''
    const answer = await post(port, '/SOAP/iti39', fresh(one))
    if (!readRetrieve(readAnswer(answer, 'application/soap+xml')).ok)
      throw new Error('The document does not come again')
    const hit = await measure(width, seconds, async () => void (await post(port, '/SOAP/iti39', fresh(one))))
    const file = join(folder, 'answer.xml')
    writeFileSync(file, answer)
    const floorPort = await child('floor', ['--file', file])
    const floor = await measure(width, seconds, async () => void (await post(floorPort, '/SOAP/iti39', fresh(one))))
    console.log({
      startMs: Math.round(startMs),
      meanDocumentKB: Math.round(retrieved / retrieves.length / 1000),
      coldQueryAndRetrievePerSecond: Math.round(coldPerSecond),
      cachedRetrievePerSecond: Math.round(hit.perSecond),
      cachedP50Ms: Number(hit.p50Ms.toFixed(1)),
      cachedP99Ms: Number(hit.p99Ms.toFixed(1)),
      documentKB: Math.round(answer.length / 1000),
      floorPerSecond: Math.round(floor.perSecond),
      shareOfFloor: Number((hit.perSecond / floor.perSecond).toFixed(2)),
    })
  } finally {
    agent.destroy()
    for (const pid of children) if (pid !== undefined) process.kill(pid)
    rmSync(folder, { recursive: true, force: true })
    await superuser.query(`drop database ${name} with (force)`)
    await superuser.end()
    await cluster.stop()
  }
  process.exit(0)
}
