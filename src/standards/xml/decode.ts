import { Buffer } from 'node:buffer'
import { Problem } from '../../kernel/problem.ts'

/**
 * The text of an XML document, by byte order mark, then by what its first bytes can only be, then by its declaration.
 * UTF-8 and UTF-16 are read, as every XML processor must: https://www.w3.org/TR/xml/#charencoding
 */
export function decodeXml(bytes: Uint8Array): string {
  const encoding = encodingOf(bytes)
  try {
    return decoders[encoding].decode(bytes)
  } catch (cause) {
    throw new Problem('invalid', `XML is not valid ${encoding.toUpperCase()}`, { cause })
  }
}

const decoder = (encoding: string) => new TextDecoder(encoding, { fatal: true })
const decoders = { 'utf-8': decoder('utf-8'), 'utf-16le': decoder('utf-16le'), 'utf-16be': decoder('utf-16be') }

function encodingOf(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  const [a, b] = bytes
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  if (a === 0x3c && b === 0) return 'utf-16le'
  if (a === 0 && b === 0x3c) return 'utf-16be'
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 200)).toString('latin1')
  const declared = /^(?:\u00ef\u00bb\u00bf)?<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']/.exec(head)?.[1]
  if (!declared || /^(utf-?8|us-ascii)$/i.test(declared)) return 'utf-8'
  throw new Problem('invalid', 'XML is in an encoding other than UTF-8 and UTF-16')
}
