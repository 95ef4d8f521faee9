/**
 * A collector for tests: takes traces as OTLP/HTTP in protobuf and keeps their spans.
 * https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'

export type ReceivedSpan = {
  readonly traceId: string
  readonly spanId: string
  /** Empty: the first one of its trace. */
  readonly parentId: string
  readonly name: string
  readonly kind: number
  readonly attributes: Readonly<Record<string, string | number | boolean>>
  readonly failed: boolean
  readonly ms: number
}
export type Collector = {
  readonly endpoint: string
  readonly spans: readonly ReceivedSpan[]
  /** Of the service, as it calls itself. */
  readonly resources: readonly Readonly<Record<string, string | number | boolean>>[]
  readonly headers: readonly Readonly<Record<string, unknown>>[]
  stop(): Promise<void>
}

export async function otlpReceiver(): Promise<Collector> {
  const spans: ReceivedSpan[] = []
  const resources: ReceivedSpan['attributes'][] = []
  const headers: Record<string, unknown>[] = []
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      if (request.url !== '/v1/traces') return response.writeHead(404).end()
      headers.push(request.headers)
      const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
      for (const ofResource of fields(plain).messages(1)) {
        for (const resource of ofResource.messages(1)) resources.push(attributesOf(resource.messages(1)))
        for (const ofScope of ofResource.messages(2)) spans.push(...ofScope.messages(2).map(spanOf))
      }
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    resources,
    headers,
    async stop() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

function spanOf(span: Fields): ReceivedSpan {
  return {
    traceId: span.bytes(1).toString('hex'),
    spanId: span.bytes(2).toString('hex'),
    parentId: span.bytes(4).toString('hex'),
    name: span.bytes(5).toString(),
    kind: span.number(6),
    attributes: attributesOf(span.messages(9)),
    failed: span.messages(15)[0]?.number(3) === 2,
    ms: Number(span.bytes(8).readBigUInt64LE() - span.bytes(7).readBigUInt64LE()) / 1e6,
  }
}

function attributesOf(pairs: readonly Fields[]): ReceivedSpan['attributes'] {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [value] = pair.messages(2)
      const text = value?.has(1) ? value.bytes(1).toString() : undefined
      return [pair.bytes(1).toString(), text ?? (value?.has(2) ? value.number(2) === 1 : (value?.number(3) ?? 0))]
    }),
  )
}

type Fields = {
  has(number: number): boolean
  number(number: number): number
  bytes(number: number): Buffer
  messages(number: number): Fields[]
}

/** https://protobuf.dev/programming-guides/encoding/ */
function fields(message: Buffer): Fields {
  const found: { number: number; value: Buffer | bigint }[] = []
  let at = 0
  const varint = () => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++]
      if (byte === undefined) throw new Error('A protobuf message ends too early')
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  const take = (size: number) => message.subarray(at, (at += size))
  while (at < message.length) {
    const tag = Number(varint())
    const wire = tag & 7
    const value = wire === 0 ? varint() : wire === 1 ? take(8) : wire === 2 ? take(Number(varint())) : take(4)
    found.push({ number: tag >> 3, value })
  }
  const all = (number: number) => found.filter((one) => one.number === number).map(({ value }) => value)
  return {
    has: (number) => all(number).length > 0,
    number: (number) => Number(all(number)[0] ?? 0),
    bytes: (number) => (all(number)[0] as Buffer | undefined) ?? Buffer.alloc(0),
    messages: (number) => all(number).map((value) => fields(value as Buffer)),
  }
}
