/** Every setting there is, read from the environment's variables of the same names. */
import { Problem } from '../kernel/problem.ts'
import { logLevels } from '../platform/telemetry/log.ts'
import { type SamplerName, samplerNames } from '../platform/telemetry/tracing-settings.ts'
import type { ValidationPolicy } from '../standards/fhir/validation/policy.ts'
import {
  databaseAddress,
  list,
  headers,
  share,
  oneOf,
  redisAddress,
  secretList,
  secretText,
  type Setting,
  text,
  webAddress,
  whole,
} from './setting.ts'

const day = 24 * 60 * 60

/** docs/reference/configuration.md is printed from here: `npm run docs`. */
export const settings = {
  HOST: text(
    '127.0.0.1',
    'Address to listen on. `0.0.0.0` opens the server to the network: until sign-in exists, to everyone there.',
  ),
  PORT: whole(8000, { from: 0, to: 65535 }, 'Port to listen on; 0 takes a free one.'),
  PUBLIC_URL: webAddress('Where clients reach this server, for links in answers. Default: `http://localhost:PORT`.'),
  METRICS_PORT: whole(
    undefined,
    { from: 0, to: 65535 },
    'A listener of its own for `/metrics`; without it `/metrics` is on PORT.',
  ),
  ALLOWED_HOSTS: list(
    [],
    "Names that requests may call this server by, besides those of this machine and PUBLIC_URL's; others get 421. `*`: any. Default: none while HOST is this machine, any otherwise.",
  ),
  CORS_ORIGINS: list([], 'Origins whose pages may read answers, or `*`.'),

  DATABASE_URL: databaseAddress(
    'PostgreSQL 15 or newer, as a role that owns nothing; a pooler in between must pool by session, and let the startup parameter `options` through. Default: an embedded PostgreSQL 18 in DATA_FOLDER.',
  ),
  DATABASE_OWNER_URL: databaseAddress('The same database as the role that owns the tables: for `weft migrate` alone.'),
  DATABASE_CONNECTIONS: whole(10, { from: 1, to: 1000 }, 'Connections to PostgreSQL a process keeps at most.'),
  STATEMENT_TIMEOUT_MS: whole(30_000, { from: 100, to: 3_600_000 }, 'How long one SQL statement may run.'),
  DATA_FOLDER: text('.weft', "Folder of the embedded PostgreSQL, from the project's folder where it is relative."),

  CACHE_URL: redisAddress(
    'Redis 7 or newer, shared by all processes; `rediss://` for TLS. Default: memory, each process its own.',
  ),
  CACHE_PASSWORD: secretText('Password for CACHE_URL.'),
  CACHE_CA_FILE: text(undefined, 'PEM of the authority that signed the certificate of a `rediss://` server.'),
  CACHE_SECRET: secretList(
    '32 bytes in base64 or hex that encrypt what Redis keeps; with several the first writes and all read. Needed with CACHE_URL.',
  ),
  CACHE_MEMORY_BYTES: whole(
    268_435_456,
    { from: 0, to: 68_719_476_736 },
    'How much a cache in memory may hold; what was used longest ago goes first.',
  ),

  TENANT: whole(
    1,
    { from: 1, to: 2_147_483_647 },
    'Tenant that requests belong to, for local use: no header can choose it.',
  ),
  BODY_LIMIT_BYTES: whole(
    33_554_432,
    { from: 1024, to: 1_073_741_824 },
    'Largest body of a request; over it the answer is 413.',
  ),
  JSON_DEPTH_LIMIT: whole(100, { from: 10, to: 1000 }, 'How deep JSON may nest.'),
  VALIDATION: oneOf<ValidationPolicy>(
    ['refuse', 'warn'],
    'refuse',
    'Resources that break rules of R4 are turned away, or accepted with warnings in the outcome, where the tenant has not decided: `weft tenant set`.',
  ),
  PAGE_SIZE: whole(20, { from: 1, to: 10_000 }, 'Entries of a search page when `_count` is not given.'),
  PAGE_SIZE_LIMIT: whole(1000, { from: 1, to: 10_000 }, 'Largest `_count` that is followed.'),
  PAGING_LIFETIME_SECONDS: whole(day, { from: 60, to: 30 * day }, 'How long the links between pages work.'),

  GATEWAY_SETTINGS: text(
    undefined as string | undefined,
    'JSON file with the settings of the IHE gateway and of the NHS services. Without it, and while HOST is this machine: the simulated NHS, and an issuer whose key is made in DATA_FOLDER.',
  ),
  SIMULATED_NHS_FAULTS: text(
    '',
    'What goes wrong at the simulated NHS: `pds:503:0.1,spine:delay=3000:0.2`, see `weft simulate --help`.',
  ),

  HEAD_TIMEOUT_MS: whole(10_000, { from: 100, to: 600_000 }, "Time for a request's head to arrive."),
  BODY_TIMEOUT_MS: whole(120_000, { from: 100, to: 3_600_000 }, 'Time for a whole request to arrive.'),
  REQUEST_TIMEOUT_MS: whole(60_000, { from: 100, to: 3_600_000 }, 'Time for an answer; after it the caller gets 504.'),
  KEEP_ALIVE_MS: whole(65_000, { from: 0, to: 3_600_000 }, 'How long an idle connection stays open.'),
  SHUTDOWN_MS: whole(
    30_000,
    { from: 0, to: 600_000 },
    'How long running requests may take to end when the server stops.',
  ),
  COMPRESS_FROM_BYTES: whole(
    16_384,
    { from: 0, to: 1_073_741_824 },
    'Answers of this size and more are compressed for who asks for gzip.',
  ),

  LOG_LEVEL: oneOf(
    logLevels,
    'info',
    'Least important log line that is written; `warn` leaves out the line each request gets.',
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: webAddress(
    'Collector that takes traces as OTLP over HTTP, without `/v1/traces`: `http://localhost:4318`. Default: nothing is traced.',
  ),
  OTEL_EXPORTER_OTLP_HEADERS: headers('Sent to the collector with each request: `name=value`, values percent-encoded.'),
  OTEL_SERVICE_NAME: text('weft', 'How this server is called in traces.'),
  OTEL_TRACES_SAMPLER: oneOf<SamplerName>(
    samplerNames,
    'parentbased_always_on',
    'Which traces are kept; `parentbased_` leaves it to the caller whose request carries a `traceparent`.',
  ),
  OTEL_TRACES_SAMPLER_ARG: share(1, 'Share of the traces that `traceidratio` keeps.'),
  WORKERS: whole(1, { from: 1, to: 256 }, 'Processes that answer requests.'),
  SAMPLE_PEOPLE: whole(
    undefined,
    { from: 0, to: 100_000 },
    'Made people that `weft start` loads into a new database; 0: none. Default: 200 into the embedded one, none elsewhere.',
  ),
  SAMPLE_SEED: whole(1, { from: 0, to: 2_147_483_647 }, 'Another seed makes other people; the same seed the same.'),
} as const satisfies Record<string, Setting<unknown>>

export type Config = { readonly [Name in keyof typeof settings]: ReturnType<(typeof settings)[Name]['read']> }

/** Throws one Problem that names every variable that cannot be read. An empty variable is as good as none. */
export function loadConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const wrong: string[] = []
  const entries = Object.entries(settings).map(([name, setting]) => {
    const value = environment[name]
    if (value === undefined || value === '') return [name, setting.default]
    try {
      return [name, setting.read(value)]
    } catch (error) {
      const shown = setting.secret ? '' : ` (it is ${JSON.stringify(value)})`
      wrong.push(`${name}: ${error instanceof Error ? error.message : String(error)}${shown}`)
      return [name, undefined]
    }
  })
  if (wrong.length > 0) throw new Problem('invalid', `Configuration: ${wrong.join('; ')}`)
  return Object.freeze(Object.fromEntries(entries)) as Config
}

/** docs/reference/configuration.md */
export function configurationPage(): string {
  const rows = Object.entries(settings).map(([name, setting]) => {
    const { default: fallback } = setting as Setting<unknown>
    const shown =
      fallback === undefined || typeof fallback === 'object' || String(fallback) === '' ? '' : `\`${String(fallback)}\``
    return `| \`${name}\` | ${setting.kind.replaceAll('|', '\\|')} | ${shown} | ${setting.description} |`
  })
  return [
    '# Configuration',
    '',
    'Settings are variables of the environment: `PORT=8080 npm start`. A value that cannot be read stops the program before',
    'it listens, with the name of the variable. This page is printed from `src/app/config.ts` by `npm run docs`.',
    '',
    '| variable | is | default | what it does |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}
