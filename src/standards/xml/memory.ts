import { Buffer } from 'node:buffer'
import { xmlWriter } from './write.wasm.ts'

/**
 * The memory that XML is written in: two tables of odd characters, what is being written (scratch: nothing of it is
 * kept), and the fixed text of every shape of the program. What copies one to the other is write.wat.
 */
export let bytes: Uint8Array<ArrayBuffer>

/** For each character of ASCII 1 where it may need a second look, else 0. */
export const oddInText = 0
export const oddInAttribute = 128
/** What is being written begins here, and has ended before there. */
export const scratchStart = 256
export const scratchEnd = 65_536
/** As much is copied at a time, and so may be touched without need. */
const stride = 16

// Part of every engine, and not of the library of types that comes with Node.
type Memory = { readonly buffer: ArrayBuffer; grow(pages: number): void }
declare const WebAssembly: {
  Module: new (code: Uint8Array, options: { builtins: string[] }) => object
  Instance: new (module: object, imports: object) => { readonly exports: object }
}
const { memory, copy, put } = new WebAssembly.Instance(
  new WebAssembly.Module(Buffer.from(xmlWriter, 'base64'), { builtins: ['js-string'] }),
  // For an engine that does not have them built in.
  {
    'wasm:js-string': {
      length: (value: string) => value.length,
      charCodeAt: (value: string, at: number) => value.charCodeAt(at),
    },
  },
).exports as {
  readonly memory: Memory
  readonly copy: (from: number, length: number, end: number) => number
  readonly put: (from: number, length: number, value: string, odd: number, end: number) => number
}
export { copy, put }
bytes = new Uint8Array(memory.buffer)

/** Keeps text of the program for as long as it runs: where it is, and its length. */
export function keep(text: Uint8Array): readonly [from: number, length: number] {
  const from = kept
  kept += text.length
  const missing = kept + stride - bytes.length
  if (missing > 0) {
    memory.grow(Math.ceil(Math.max(missing, bytes.length) / 65_536))
    bytes = new Uint8Array(memory.buffer)
  }
  bytes.set(text, from)
  return [from, text.length]
}
let kept = scratchEnd + stride
