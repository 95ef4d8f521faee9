/** A body that is there as a whole: one piece, or several that follow each other. */
import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import type { HttpResponse } from './port.ts'

export type WholeBody = Exclude<NonNullable<HttpResponse['body']>, Readable>

export const isChunks = (body: WholeBody | undefined): body is readonly Buffer[] => Array.isArray(body)

export function lengthOf(body: WholeBody): number {
  if (!isChunks(body)) return Buffer.byteLength(body)
  let length = 0
  for (const chunk of body) length += chunk.length
  return length
}

/** Ends a response whose head, with its Content-Length, has been given. Head and pieces leave in one write. */
export function endWith(response: ServerResponse, body: WholeBody | undefined): void {
  if (!isChunks(body)) {
    response.end(body)
    return
  }
  response.cork()
  for (const chunk of body) response.write(chunk)
  response.uncork()
  response.end()
}
