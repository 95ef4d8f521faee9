import { Buffer } from 'node:buffer'

/** WebAssembly as every engine has it; the library of types that comes with Node does not. https://webassembly.github.io/spec/js-api/ */
declare const WebAssembly: {
  Module: new (code: Uint8Array, options?: { builtins?: readonly string[] }) => WasmModule
  Instance: new (module: WasmModule, imports: object) => { readonly exports: object }
}
export type WasmModule = object
export type WasmMemory = { readonly buffer: ArrayBuffer; grow(pages: number): void }

/** A module that `npm run wasm` made of a .wat. `builtins` are sets of the engine's own functions that it wants, where there are such. */
export function wasmModule(base64: string, builtins: readonly string[] = []): WasmModule {
  return new WebAssembly.Module(Buffer.from(base64, 'base64'), { builtins })
}

export function instantiate<Exports extends object>(module: WasmModule, imports: object): Exports {
  return new WebAssembly.Instance(module, imports).exports as Exports
}

/** The memory, made larger where it has less than so many bytes: what was taken of it before is of no more use then. */
export function bytesOf(memory: WasmMemory, atLeast: number): Uint8Array<ArrayBuffer> {
  const missing = atLeast - memory.buffer.byteLength
  if (missing > 0) memory.grow(Math.ceil(missing / pageSize))
  return new Uint8Array(memory.buffer)
}
const pageSize = 65_536
