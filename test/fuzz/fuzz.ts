import type { Definitions } from '../../src/standards/fhir/definitions/definitions.ts'
import { seededRandom } from '../builders/random.ts'
import { describe, type FuzzRequest, makeRequest } from './requests.ts'
import { findFault, type FuzzResponse } from './verdict.ts'

export type Send = (request: FuzzRequest) => Promise<FuzzResponse>
export type FuzzRun = {
  readonly send: Send
  readonly definitions: Definitions
  readonly seed: number
  /** Asked before each request; false ends the run. */
  readonly goOn: (sent: number) => boolean
  readonly concurrency: number
}
export type FuzzReport = {
  readonly sent: number
  readonly byStatus: ReadonlyMap<number, number>
  readonly byInteraction: ReadonlyMap<string, { accepted: number; refused: number }>
  /** Of transactions that were refused. */
  readonly refusedTags: ReadonlySet<string>
  readonly slowest: { readonly ms: number; readonly request: string }
  /** One example of each kind. */
  readonly faults: ReadonlyMap<string, { count: number; example: string }>
}

/** Sends the requests of a seed, several at once, and judges each answer. */
export async function fuzz({ send, definitions, seed, goOn, concurrency }: FuzzRun): Promise<FuzzReport> {
  const random = seededRandom(seed)
  const byStatus = new Map<number, number>()
  const byInteraction = new Map<string, { accepted: number; refused: number }>()
  const faults = new Map<string, { count: number; example: string }>()
  const refusedTags = new Set<string>()
  const pages: string[] = []
  let slowest = { ms: 0, request: '' }
  let sent = 0

  const worker = async () => {
    while (goOn(sent)) {
      sent++
      const request = makeRequest({ definitions, random, pages })
      let response: FuzzResponse | undefined
      let fault: string | undefined
      const began = performance.now()
      try {
        response = await send(request)
        fault = findFault(request, response)
      } catch (error) {
        fault = `no answer: ${error instanceof Error ? error.message : error}`
      }
      const ms = performance.now() - began
      if (ms > slowest.ms) slowest = { ms, request: describe(request).slice(0, 300) }
      const status = response?.status ?? 0
      byStatus.set(status, (byStatus.get(status) ?? 0) + 1)
      const tally = byInteraction.get(request.interaction) ?? { accepted: 0, refused: 0 }
      byInteraction.set(request.interaction, tally)
      if (status >= 400 || status === 0) tally.refused++
      else tally.accepted++
      if (request.tag !== undefined && status >= 400) refusedTags.add(request.tag)
      if (response) keepPages(response, pages)
      if (fault === undefined) continue
      const kind = `${request.interaction}: ${fault}`
      const known = faults.get(kind)
      if (known) known.count++
      else faults.set(kind, { count: 1, example: `${describe(request)}\n      → ${response?.body.slice(0, 600)}` })
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return { sent, byStatus, byInteraction, refusedTags, slowest, faults }
}

/** The latest twenty. */
function keepPages({ body }: FuzzResponse, pages: string[]): void {
  const url = /"relation":"next","url":"([^"]*)"/.exec(body)?.[1]
  const path = url?.replace(/^.*?\/fhir(?=\/)/, '')
  if (path === undefined) return
  pages.push(path)
  if (pages.length > 20) pages.shift()
}
