/** The few pieces of ASN.1 DER that a certificate is made of. https://www.itu.int/rec/T-REC-X.690 */
export function tagged(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.of(tag), lengthOf(content.length), content])
}

export const sequence = (...parts: Uint8Array[]) => tagged(0x30, ...parts)
export const set = (...parts: Uint8Array[]) => tagged(0x31, ...parts)
export const octets = (content: Uint8Array) => tagged(0x04, content)
export const bits = (content: Uint8Array, unused = 0) => tagged(0x03, Buffer.of(unused), content)
export const utf8 = (text: string) => tagged(0x0c, Buffer.from(text))
export const yes = () => tagged(0x01, Buffer.of(0xff))
/** Positive: a first bit that is set needs a zero byte before it. */
export const integer = (bytes: Uint8Array) =>
  (bytes[0] ?? 0) & 0x80 ? tagged(0x02, Buffer.of(0), bytes) : tagged(0x02, bytes)
export const time = (at: Date) => tagged(0x18, Buffer.from(`${at.toISOString().replace(/[-:T]|\.\d+/g, '')}`))

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const arc of rest) {
    const groups = [arc & 0x7f]
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80)
    bytes.push(...groups)
  }
  return tagged(0x06, Buffer.from(bytes))
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length)
  const bytes: number[] = []
  for (let left = length; left > 0; left >>>= 8) bytes.unshift(left & 0xff)
  return Buffer.of(0x80 | bytes.length, ...bytes)
}
