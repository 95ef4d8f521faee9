import type { Buffer } from 'node:buffer'
import { Buffer as Bytes } from 'node:buffer'
import type { ParsedElement } from '../../xml/read.ts'
import { attribute, elements, textOf } from '../../xml/select.ts'
import { SoapFault } from '../soap/fault.ts'
import { type ContentType, parseContentType } from './content-type.ts'

export const xopInclude = 'http://www.w3.org/2004/08/xop/include'
export type Part = { readonly type: string; readonly charset: string | undefined; readonly bytes: Buffer }
export type MtomPackage = { readonly root: Part; readonly parts: ReadonlyMap<string, Part> }

const maxParts = 100
const wrong = (message: string) => new SoapFault('invalid', `MTOM: ${message}`)

/** Takes a multipart/related XOP package apart. https://www.w3.org/TR/soap12-mtom/ https://www.rfc-editor.org/rfc/rfc2387 */
export function readMtom(body: Buffer, contentType: ContentType): MtomPackage {
  const { boundary, start, type } = contentType.parameters
  if (!boundary || boundary.length > 70) throw wrong('the Content-Type has no boundary')
  if (type && parseContentType(type)?.type !== 'application/xop+xml') throw wrong('the type is not application/xop+xml')
  const raw = split(body, boundary)
  const parts = new Map<string, Part>()
  let first: Part | undefined
  for (const [index, bytes] of raw.entries()) {
    const { id, part } = readPart(bytes)
    if (id !== undefined && parts.has(id)) throw wrong('two parts have one Content-ID')
    if (id !== undefined) parts.set(id, part)
    if (index === 0) first = part
  }
  const root = start === undefined ? first : parts.get(withoutAngles(start))
  if (!root) throw wrong('start names no part')
  if (root.type !== 'application/xop+xml') throw wrong('the root part is not application/xop+xml')
  return { root, parts }
}

/** The tree with each xop:Include replaced by what it stands for, in base64. https://www.w3.org/TR/xop10/#interpreting_xop_packages */
export function resolveIncludes(element: ParsedElement, parts: ReadonlyMap<string, Part>): ParsedElement {
  const include = element.children.find(isInclude)
  if (!include) {
    // Nearly all of a message includes nothing, and stays as it is.
    let children: (ParsedElement | string)[] | undefined
    for (let at = 0; at < element.children.length; at++) {
      const child = element.children[at] as ParsedElement | string
      const resolved = typeof child === 'string' ? child : resolveIncludes(child, parts)
      if (resolved !== child) (children ??= [...element.children])[at] = resolved
    }
    return children ? { ...element, children } : element
  }
  const own = element.children.filter((child) => typeof child === 'string').join('')
  if (elements(element).length !== 1 || own.trim() || textOf(include).trim())
    throw wrong('xop:Include stands beside other content')
  const href = attribute(include, 'href') ?? ''
  const part = href.startsWith('cid:') && parts.get(decodeCid(href.slice(4)))
  if (!part) throw wrong('xop:Include names no part')
  return { ...element, children: [part.bytes.toString('base64')] }
}

const isInclude = (child: ParsedElement | string): child is ParsedElement =>
  typeof child !== 'string' && child.local === 'Include' && child.namespace === xopInclude

function split(body: Buffer, boundary: string): Buffer[] {
  const mark = Bytes.from(`--${boundary}`, 'latin1')
  const found: Buffer[] = []
  let at = delimiter(body, mark, 0)
  if (at < 0) throw wrong('the boundary is nowhere')
  for (;;) {
    const after = at + mark.length
    if (body[after] === 0x2d && body[after + 1] === 0x2d) return found
    const from = body.indexOf(0x0a, after) + 1
    const next = delimiter(body, mark, after)
    if (from === 0 || next < 0) throw wrong('the package is not closed')
    if (found.length >= maxParts) throw wrong(`more than ${maxParts} parts`)
    const end = body[next - 2] === 0x0d ? next - 2 : next - 1
    found.push(body.subarray(from, Math.max(from, end)))
    at = next
  }
}

/** A boundary counts at the start of a line only, and with nothing but white space after it. */
function delimiter(body: Buffer, mark: Buffer, from: number): number {
  for (let at = body.indexOf(mark, from); at >= 0; at = body.indexOf(mark, at + 1)) {
    const next = body[at + mark.length]
    const ends =
      next === undefined ||
      [0x0d, 0x0a, 0x20, 0x09].includes(next) ||
      (next === 0x2d && body[at + mark.length + 1] === 0x2d)
    if ((at === 0 || body[at - 1] === 0x0a) && ends) return at
  }
  return -1
}

function readPart(bytes: Buffer): { id: string | undefined; part: Part } {
  const crlf = bytes.indexOf('\r\n\r\n')
  const lf = bytes.indexOf('\n\n')
  const useCrlf = crlf >= 0 && (lf < 0 || crlf < lf)
  const end = useCrlf ? crlf : lf
  if (end < 0) throw wrong('a part has no headers')
  const headers = new Map<string, string>()
  for (const line of bytes
    .subarray(0, end)
    .toString('latin1')
    .replaceAll(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)) {
    const colon = line.indexOf(':')
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
  }
  const contentType = parseContentType(headers.get('content-type') ?? 'text/plain')
  if (!contentType) throw wrong('a part has no Content-Type')
  const content = bytes.subarray(end + (useCrlf ? 4 : 2))
  const id = headers.get('content-id')
  return {
    id: id === undefined ? undefined : withoutAngles(id),
    part: {
      type: contentType.type,
      charset: contentType.parameters.charset,
      bytes: decodeTransfer(content, headers.get('content-transfer-encoding')?.toLowerCase() ?? 'binary'),
    },
  }
}

function decodeTransfer(content: Buffer, encoding: string): Buffer {
  if (['binary', '8bit', '7bit'].includes(encoding)) return content
  if (encoding !== 'base64') throw wrong('a part has a Content-Transfer-Encoding that is not read here')
  const bytes = decodeBase64(content.toString('latin1'))
  if (!bytes) throw wrong('a part is not base64')
  return bytes
}

/** Undefined where the text is not base64; Buffer's own reader would take anything. https://www.rfc-editor.org/rfc/rfc4648#section-4 */
export function decodeBase64(text: string): Buffer | undefined {
  const compact = text.replaceAll(/[\t\n\r ]/g, '')
  return compact.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(compact) ? Bytes.from(compact, 'base64') : undefined
}

function withoutAngles(id: string): string {
  const bare = id.trim()
  return bare.startsWith('<') && bare.endsWith('>') ? bare.slice(1, -1) : bare
}

function decodeCid(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
