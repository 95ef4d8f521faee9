/** `traceparent`, by which the requests that one request caused are known as one. https://www.w3.org/TR/trace-context/ */
type RandomBytes = (size: number) => Buffer

/** The caller's own where it sent a good one, else the beginning of a trace. */
export function traceparentOf(header: string | readonly string[] | undefined, randomBytes: RandomBytes): string {
  const given = typeof header === 'string' ? parseTraceparent(header) : undefined
  return given
    ? writeTraceparent(given)
    : writeTraceparent({ traceId: hex(randomBytes, 16), parentId: hex(randomBytes, 8), flags: '00' })
}

/** For a request that this one causes: the same trace, an id of its own. */
export function childOf(traceparent: string, randomBytes: RandomBytes): string {
  const parent = parseTraceparent(traceparent)
  return parent ? writeTraceparent({ ...parent, parentId: hex(randomBytes, 8) }) : traceparentOf(undefined, randomBytes)
}

export const traceIdOf = (traceparent: string): string => traceparent.slice(3, 35)

export type TraceContext = { readonly traceId: string; readonly parentId: string; readonly flags: string }

/** Later versions may add fields at the end; what we send on is version 00. */
export function parseTraceparent(text: string): TraceContext | undefined {
  const [, version, traceId = '', parentId = '', flags = '', more] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/.exec(text) ?? []
  if (version === undefined || version === 'ff' || (version === '00' && more !== undefined)) return undefined
  return /^0+$/.test(traceId) || /^0+$/.test(parentId) ? undefined : { traceId, parentId, flags }
}

export const writeTraceparent = ({ traceId, parentId, flags }: TraceContext) => `00-${traceId}-${parentId}-${flags}`

function hex(randomBytes: RandomBytes, size: number): string {
  const text = randomBytes(size).toString('hex')
  return /^0+$/.test(text) ? `${text.slice(1)}1` : text
}
