/**
 * What the programs and services under test log goes into the folder RUN_LOGS, so that the end of the run can look through
 * it (check-run-logs.ts). Without that variable nothing is kept.
 */
import { appendFileSync } from 'node:fs'
import { devNull } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Log } from '../../src/kernel/ports.ts'

/** Of this test process. */
export const runLogFile = process.env.RUN_LOGS ? join(process.env.RUN_LOGS, `${process.pid}.log`) : devNull

export const keep = (text: string): void => appendFileSync(runLogFile, text)

const line = (level: string) => (event: string, fields?: object) =>
  keep(`${JSON.stringify({ level, event, ...fields })}\n`)

/** Says nothing, but for the run. */
export const runLog: Log = { info: line('info'), warn: line('warn'), error: line('error') }

/** What the test wants to see for itself goes to the run, too. */
export const alsoKept = (log: Log): Log => {
  const both = (level: keyof Log) => (event: string, fields?: object) => {
    runLog[level](event, fields)
    log[level](event, fields)
  }
  return { info: both('info'), warn: both('warn'), error: both('error') }
}

/** Standard output or error of a program. */
export function keepOutput(stream: Readable | null): void {
  stream?.on('data', (chunk: Buffer) => keep(chunk.toString()))
}
