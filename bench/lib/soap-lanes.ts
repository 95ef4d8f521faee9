/** SOAP requests made before they are sent, over kept connections; an answer is counted and looked at, never put together. */
import { Buffer } from 'node:buffer'
import { connect, type Socket } from 'node:net'

export type SoapAnswer = {
  readonly bytes: number
  /** The beginning of the body, with what an answer says of its success; all of it where it was asked for. */
  readonly body: Buffer
  readonly contentType: string
}
export type SoapLanes = {
  ask(lane: number, request: Buffer, whole?: boolean): Promise<SoapAnswer>
  close(): void
}

/** The bytes of a POST. In `text` stands one wsa:MessageID, which `fresh` makes another one for each time it is sent. */
export function soapRequest(path: string, text: string, mtom: boolean): Buffer {
  const body = mtom ? `${mtomHead}${text}\r\n--ehr--\r\n` : text
  const head = `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${mtom ? mtomType : 'application/soap+xml; charset=UTF-8'}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`
  return Buffer.from(head + body)
}

let sent = 0
export function fresh(request: Buffer): Buffer {
  const at = request.indexOf(marker) + marker.length + 24
  const copy = Buffer.from(request)
  copy.write((++sent).toString(16).padStart(12, '0'), at, 'latin1')
  return copy
}

export async function soapLanes(port: number, width: number): Promise<SoapLanes> {
  const lanes = await Promise.all(Array.from({ length: width }, () => lane(port)))
  return {
    ask: (index, request, whole = false) => (lanes[index] as Lane).ask(request, whole),
    close: () => lanes.forEach(({ socket }) => socket.destroy()),
  }
}

const marker = '<wsa:MessageID>urn:uuid:'
const mtomType =
  'multipart/related; boundary="ehr"; type="application/xop+xml"; start="<request@ehr>"; start-info="application/soap+xml"'
const mtomHead =
  '--ehr\r\nContent-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <request@ehr>\r\n\r\n'

type Lane = { readonly socket: Socket; ask(request: Buffer, whole: boolean): Promise<SoapAnswer> }

async function lane(port: number): Promise<Lane> {
  const socket = connect(port, '127.0.0.1').setNoDelay(true)
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  let waiting: { resolve(answer: SoapAnswer): void; reject(error: Error): void; whole: boolean } | undefined
  let first: Buffer | undefined
  let rest: Buffer[] = []
  let headEnd = 0
  let expected = 0
  let received = 0
  const done = () => {
    const asked = waiting
    const start = first as Buffer
    const body = (asked?.whole ? Buffer.concat([start, ...rest]) : start).subarray(headEnd)
    const headers = start.toString('latin1', 0, headEnd)
    waiting = first = undefined
    rest = []
    if (!headers.startsWith('HTTP/1.1 200'))
      asked?.reject(new Error(`${headers.slice(0, 16)} ${body.subarray(0, 300)}`))
    else
      asked?.resolve({
        bytes: expected - headEnd,
        body,
        contentType: /content-type: ([^\r]*)/i.exec(headers)?.[1] ?? '',
      })
  }
  socket.on('data', (chunk) => {
    received += chunk.length
    if (expected === 0) {
      first = first ? Buffer.concat([first, chunk]) : chunk
      const end = first.indexOf('\r\n\r\n')
      if (end < 0) return
      headEnd = end + 4
      expected = headEnd + Number(/content-length: (\d+)/i.exec(first.toString('latin1', 0, end))?.[1] ?? 0)
    } else if (waiting?.whole) rest.push(chunk)
    // Small answers in several pieces are put together, large ones are not.
    else if (first && first.length < 4096) first = Buffer.concat([first, chunk])
    if (received < expected) return
    done()
    received = expected = 0
  })
  const broken = (error: Error) => waiting?.reject(error)
  socket.on('error', broken).on('close', () => broken(new Error('The connection was closed')))
  return {
    socket,
    ask: (request, whole) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject, whole }
        socket.write(request)
      }),
  }
}
