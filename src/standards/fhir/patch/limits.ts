import { Problem } from '../../../kernel/problem.ts'
import { defaultMaxDepth, isRawNumber } from '../json.ts'

/** What a patch may make of a resource: no more than could have been sent as a body. */
export type PatchLimits = { readonly maxDepth: number; readonly maxBytes: number }

export const defaultPatchLimits: PatchLimits = { maxDepth: defaultMaxDepth, maxBytes: 33_554_432 }

/** Values looked at or moved by one patch, about a second of them. */
const mostSteps = 20_000_000

/** Takes what an operation is about to cost; throws when all of them together cost too much. */
export type Spend = (steps: number) => void

export function effort(): Spend {
  let left = mostSteps
  return (steps) => {
    left -= steps
    if (left < 0)
      throw new Problem('invalid', 'The patch asks for too much: send the resource as a whole', {
        code: { fhir: 'too-costly' },
      })
  }
}

/**
 * Throws for a resource that a patch has blown up. A `copy` of the whole into itself doubles it, so that forty of them
 * ask for more memory than there is: nothing may walk through such a resource before it was measured.
 */
export function checkExtent(resource: unknown, at: string, { maxDepth, maxBytes }: PatchLimits): void {
  const waiting: { value: unknown; depth: number }[] = [{ value: resource, depth: 1 }]
  let bytes = 0
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, depth } = next
    bytes += typeof value === 'string' ? value.length + 2 : 2
    if (bytes > maxBytes) throw tooMuch('The patch makes the resource too large', at)
    if (typeof value !== 'object' || value === null || isRawNumber(value)) continue
    if (depth > maxDepth) throw tooMuch(`The patch nests deeper than ${maxDepth} levels`, at)
    for (const [key, inner] of Object.entries(value)) {
      if (!Array.isArray(value)) bytes += key.length + 2
      waiting.push({ value: inner, depth: depth + 1 })
    }
  }
}

const tooMuch = (reason: string, at: string) => new Problem('invalid', reason, { at, code: { fhir: 'too-long' } })
