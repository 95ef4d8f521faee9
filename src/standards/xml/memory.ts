import { bytesOf, instantiate, type WasmMemory, wasmModule } from '../wasm.ts'
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

const { memory, copy, put } = instantiate<{
  readonly memory: WasmMemory
  readonly copy: (from: number, length: number, end: number) => number
  readonly put: (from: number, length: number, value: string, odd: number, end: number) => number
}>(wasmModule(xmlWriter, ['js-string']), {
  // For an engine that does not have them built in.
  'wasm:js-string': {
    length: (value: string) => value.length,
    charCodeAt: (value: string, at: number) => value.charCodeAt(at),
  },
})
export { copy, put }
bytes = bytesOf(memory, 0)

/** Keeps text of the program for as long as it runs: where it is, and its length. */
export function keep(text: Uint8Array): readonly [from: number, length: number] {
  const from = kept
  kept += text.length
  // Twice as much, since there is mostly more to come.
  if (kept + stride > bytes.length) bytes = bytesOf(memory, Math.max(kept + stride, 2 * bytes.length))
  bytes.set(text, from)
  return [from, text.length]
}
let kept = scratchEnd + stride
