/**
 * 64-bit hashes under which values are found in the index tables. SHA-256 cut to 64 bits: nobody can choose a value
 * that collides with another's, and by chance a search meets a wrong row once in 10^12 searches of a store of
 * ten million values (docs/decisions/0001-storage.md).
 */
import { hash } from 'node:crypto'

const separator = '\u0001'
const remembered = new Map<string, bigint>()
const rememberedAtMost = 20_000
const firstBytes = new DataView(new ArrayBuffer(8))

/** The hash of the parts as PostgreSQL's int8. Codes recur, so the recent ones are remembered. */
export function hash64(...parts: readonly string[]): bigint {
  const text = parts.join(separator)
  const known = remembered.get(text)
  if (known !== undefined) return known
  const digest = hash('sha256', text, 'binary')
  for (let n = 0; n < 8; n++) firstBytes.setUint8(n, digest.charCodeAt(n))
  const value = firstBytes.getBigInt64(0)
  if (remembered.size >= rememberedAtMost) remembered.clear()
  remembered.set(text, value)
  return value
}

/** A parameter of a type, in the tables that hold ordered values. */
export const parameterKey = (index: string): bigint => ofParameter(index).key

/** A parameter as PostgreSQL's int4, in `live.present`. */
export const presenceKey = (index: string): number => ofParameter(index).presence

type ParameterHashes = { readonly key: bigint; readonly presence: number }
const parameters = new Map<string, ParameterHashes>()

/** There are as many as R4 has parameters, and every resource asks for dozens of them. */
function ofParameter(index: string): ParameterHashes {
  const known = parameters.get(index)
  if (known) return known
  const key = hash64('p', index)
  const made = { key, presence: Number(BigInt.asIntN(32, key)) }
  parameters.set(index, made)
  return made
}

/** A resource as references name it: `Patient/1`, or the whole URL where it is elsewhere. */
export const resourceKey = (target: string): bigint => hash64('r', target)

/** A reference from a parameter to a resource. The exclusive or lets SQL follow a chain from `live.key` alone. */
export const referenceKey = (index: string, target: string): bigint => resourceKey(target) ^ parameterKey(index)

/** Membership in the compartment of `owner` (`Patient/1`); the index is that of the member's type. */
export const compartmentKey = (owner: string, index: string): bigint => hash64('m', owner, index)

/** A resource of `type` has references that begin with this origin. */
export const originKey = (type: string, origin: string): bigint => hash64('o', type, origin)

export const uriKey = (index: string, uri: string): bigint => hash64('u', index, uri)

/** The four ways in which a token is asked for: `code`, `system|code`, `system|`, `|code`. */
export const tokenKey = {
  code: (index: string, code: string) => hash64('t', index, code),
  systemAndCode: (index: string, system: string, code: string) => hash64('t', index, system, code),
  system: (index: string, system: string) => hash64('t', index, system, '', ''),
  codeWithoutSystem: (index: string, code: string) => hash64('t', index, '', code),
}
