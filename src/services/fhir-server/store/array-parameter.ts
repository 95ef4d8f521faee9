/** Arrays as parameters of a statement. https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO */
import { Buffer } from 'node:buffer'

/** As a literal. */
export function arrayLiteral(values: readonly unknown[]): string {
  return `{${values.map(element).join(',')}}`
}

function element(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value !== 'string') return String(value)
  return plainText.test(value) ? `"${value}"` : `"${value.replaceAll(/["\\]/g, '\\$&')}"`
}
const plainText = /^[^"\\]*$/

const int8Oid = 20
const textOid = 25
const headBytes = 20

/** `int8[]` in binary, as hashes are numbers of twenty digits that nobody reads. */
export function int8Array(values: readonly bigint[]): Buffer {
  if (values.length === 0) return emptyArray(int8Oid)
  const buffer = Buffer.allocUnsafe(headBytes + values.length * 12)
  writeHead(buffer, int8Oid, values.length, false)
  let at = headBytes
  for (const value of values) {
    at = buffer.writeInt32BE(8, at)
    at = buffer.writeBigInt64BE(value, at)
  }
  return buffer
}

/** `text[]` in binary: documents are full of what a literal must escape. */
export function textArray(values: readonly (string | null)[]): Buffer {
  if (values.length === 0) return emptyArray(textOid)
  const lengths = values.map((value) => (value === null ? -1 : Buffer.byteLength(value)))
  const buffer = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + 4 + Math.max(0, length), headBytes))
  writeHead(buffer, textOid, values.length, lengths.includes(-1))
  let at = headBytes
  values.forEach((value, n) => {
    at = buffer.writeInt32BE(lengths[n] as number, at)
    if (value !== null) at += buffer.write(value, at)
  })
  return buffer
}

/** Dimensions, whether there are nulls, the element's type; length and lower bound of the one dimension. */
function writeHead(buffer: Buffer, oid: number, length: number, hasNull: boolean): void {
  buffer.writeInt32BE(1, 0)
  buffer.writeInt32BE(hasNull ? 1 : 0, 4)
  buffer.writeInt32BE(oid, 8)
  buffer.writeInt32BE(length, 12)
  buffer.writeInt32BE(1, 16)
}

function emptyArray(oid: number): Buffer {
  const buffer = Buffer.alloc(12)
  buffer.writeInt32BE(oid, 8)
  return buffer
}
