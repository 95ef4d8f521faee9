import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { dataFolder, startProgram } from '../harness/program.ts'
import { until } from '../harness/until.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..', '..')
const folder = dataFolder()
const environment = { DATA_FOLDER: folder.path }
after(() => folder.remove())

type Body = { resourceType?: string; status?: string; total?: number; id?: string; entry?: unknown[]; paths?: object }
const get = async (url: string) => {
  const response = await fetch(url)
  return { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() }
}
const json = async (url: string) => JSON.parse((await get(url)).text) as Body

/** The `curl` lines that README.md prints, as they stand. */
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const curls = [...readme.matchAll(/^curl .*$/gm)].map(([line]) => line)

let kept = ''

test('a first start has people in it, answers the lines that README.md prints, and ends on SIGTERM', async () => {
  const program = await startProgram(['start'], environment)
  assert.equal((await json(`${program.url}/fhir/Patient?_summary=count`)).total, 5)
  assert.equal(curls.length, 5)
  for (const line of curls) {
    const { stdout } = await run('sh', ['-c', line.replaceAll('http://localhost:8000', program.url)])
    const body = JSON.parse(stdout) as Body
    assert.match(body.resourceType ?? '', /^(Patient|Bundle)$/, line)
    assert.ok(body.resourceType !== 'Bundle' || body.total === undefined || body.total > 0, `${line} finds nothing`)
    kept = body.id ?? kept
  }
  program.process.kill('SIGTERM')
  assert.equal(await program.ended, 0)
  assert.match(program.output(), /"route":"\/fhir\/:type\/:id"/)
  assert.doesNotMatch(program.output(), /Okafor|1990-05-17|s1p0000/)
})

test('what was written is there after kill -9, and nothing is loaded twice', async () => {
  const first = await startProgram(['start'], environment)
  const body = JSON.stringify({ resourceType: 'Patient', id: 'acknowledged', gender: 'female' })
  const put = { method: 'PUT', headers: { 'content-type': 'application/fhir+json' }, body }
  assert.equal((await fetch(`${first.url}/fhir/Patient/acknowledged`, put)).status, 201)
  first.process.kill('SIGKILL')
  assert.equal(await first.ended, 'SIGKILL')
  const second = await startProgram(['start'], environment)
  assert.equal((await get(`${second.url}/fhir/Patient/acknowledged`)).status, 200)
  assert.equal((await get(`${second.url}/fhir/Patient/${kept}`)).status, 200)
  assert.equal((await json(`${second.url}/fhir/Patient?_summary=count`)).total, 7)
  second.process.kill('SIGINT')
  second.process.kill('SIGINT')
  assert.equal(await second.ended, 0)
})

test('every page that the first one links is there, and none loads anything from elsewhere', async () => {
  const program = await startProgram(['start'], environment)
  const home = await fetch(program.url)
  const page = await home.text()
  assert.match(home.headers.get('content-security-policy') ?? '', /^default-src 'none'/)
  const links = [...page.matchAll(/href="([^"]+)"/g)].map(([, link]) => link?.replaceAll('&amp;', '&') ?? '')
  for (const path of [
    '/fhir/metadata',
    '/docs',
    '/redoc',
    '/health/live',
    '/health/ready',
    '/health/startup',
    '/metrics',
  ])
    assert.ok(links.includes(path), path)
  for (const link of links) assert.equal((await get(program.url + link)).status, 200, link)
  for (const path of ['/docs', '/redoc']) {
    const { text } = await get(program.url + path)
    const assets = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, asset]) => asset ?? '')
    assert.ok(assets.length > 0)
    for (const asset of assets) assert.equal((await get(program.url + asset)).status, 200, asset)
  }
  const description = await json(`${program.url}/openapi.json`)
  assert.ok(Object.keys(description.paths ?? {}).includes('/fhir/Patient/{id}'))
  const ready = await json(`${program.url}/health/ready`)
  assert.equal(ready.status, 'up')
  const metrics = (await get(`${program.url}/metrics`)).text
  for (const name of ['http_requests_total', 'database_connections', 'nodejs_eventloop_lag_seconds'])
    assert.ok(metrics.includes(`\n${name}`), name)
  program.process.kill('SIGTERM')
  await program.ended
})

test('two workers share a port and their figures, and one that dies is replaced', async () => {
  const program = await startProgram(['serve', '--workers', '2'], environment)
  const requests = Array.from({ length: 40 }, () => get(`${program.url}/fhir/Patient/s1p0000`))
  assert.ok((await Promise.all(requests)).every(({ status }) => status === 200))
  const counted = async () => {
    const text = (await get(`${program.url}/metrics`)).text
    return Number(/http_requests_total\{route="\/fhir\/:type\/:id",method="GET",status="200"\} (\d+)/.exec(text)?.[1])
  }
  assert.equal(await counted(), 40)
  const workers = async () => {
    const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(program.process.pid)])
    return stdout.trim().split(/\s+/).map(Number)
  }
  const [killed = 0] = await workers()
  process.kill(killed, 'SIGKILL')
  await until('there are two others', async () => (await workers()).filter((pid) => pid !== killed).length >= 2)
  // A connection that was kept to the dead one may still be tried.
  await until('they answer', () =>
    get(`${program.url}/fhir/Patient/s1p0000`).then(
      ({ status }) => status === 200,
      () => false,
    ),
  )
  program.process.kill('SIGTERM')
  assert.equal(await program.ended, 0)
})

test('npm start serves with two workers as with one, and says so when they cannot live', async () => {
  const program = await startProgram(['start'], { ...environment, WORKERS: '2' })
  assert.equal((await get(`${program.url}/fhir/Patient/s1p0000`)).status, 200)
  program.process.kill('SIGTERM')
  assert.equal(await program.ended, 0)
  const dying = `--import=data:text/javascript,${encodeURIComponent("import { isWorker } from 'node:cluster'; if (isWorker) process.exit(3)")}`
  await assert.rejects(
    startProgram(['start'], { ...environment, WORKERS: '2', NODE_OPTIONS: dying }),
    /The workers die as soon as they start/,
  )
})

test('when the wrapper in bin/ is killed the program notices and stops by itself', async () => {
  const program = await startProgram(['start'], environment, 'bin/weft.mjs')
  program.process.kill('SIGKILL')
  await program.ended
  const gone = () =>
    get(`${program.url}/health/live`).then(
      () => false,
      () => true,
    )
  await until('nobody listens any more', gone)
  // It leaves the port before PostgreSQL, whose folder the next test file's cleaning would pull away.
  const next = await startProgram(['serve'], environment)
  next.process.kill('SIGTERM')
  assert.equal(await next.ended, 0)
})

test('a taken port is told with the setting that takes another', async () => {
  const program = await startProgram(['start'], environment)
  const port = new URL(program.url).port
  await assert.rejects(startProgram(['serve'], { ...environment, PORT: port }), /is taken by another program\. PORT=/)
  program.process.kill('SIGTERM')
  assert.equal(await program.ended, 0)
})
