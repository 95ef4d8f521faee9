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
    const json = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
    // Whatever else is wrong with it, none of its free texts hold it up any more.
    parseJson(json.replaceAll(unstorable, (found) => (found === '\\\\' ? found : ' ')))
    return JSON.parse(json, asWritten as (key: string, value: unknown) => unknown)
  }
}

/** U+0000 and halves of surrogate pairs as escapes; an escaped backslash is taken along, since no escape begins with its second half. */
const unstorable = /\\(?:\\|u0000|u[dD][89a-fA-F][0-9a-fA-F]{2})/g

// https://tc39.es/proposal-json-parse-with-source/ hands the digits to the reviver.
function asWritten(_key: string, value: unknown, { source }: { source?: string }): unknown {
  return typeof value === 'number' && source !== undefined ? rawNumber(source) : value
}
