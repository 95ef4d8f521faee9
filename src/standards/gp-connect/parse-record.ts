import { Buffer } from 'node:buffer'
import { Problem } from '../../kernel/problem.ts'
import { parseJson, rawNumber } from '../fhir/json.ts'

/**
 * A GP record's bytes as JSON, digits kept. GP systems send what a FHIR store refuses: U+0000 and half surrogate pairs in
 * free text. The conversion cleans those and says so, so they are let through here and nothing else is.
 */
export function parseGpRecord(bytes: Uint8Array): unknown {
  try {
    return parseJson(bytes)
  } catch (thrown) {
    if (!(thrown instanceof Problem) || thrown.code.fhir !== 'value') throw thrown
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
    return JSON.parse(
      text.charCodeAt(0) === 0xfeff ? text.slice(1) : text,
      asWritten as (key: string, value: unknown) => unknown,
    )
  }
}

// https://tc39.es/proposal-json-parse-with-source/ hands the digits to the reviver.
function asWritten(_key: string, value: unknown, { source }: { source?: string }): unknown {
  return typeof value === 'number' && source !== undefined ? rawNumber(source) : value
}
