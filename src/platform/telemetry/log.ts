/** Log lines: one JSON object each, through pino. https://github.com/pinojs/pino/blob/main/docs/api.md */
import pino from 'pino'
import type { Log } from '../../kernel/ports.ts'

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Fields that every line of a request carries. */
export type LogFields = Readonly<Record<string, string | number>>

export type JsonLog = Log & {
  with(fields: LogFields): Log
  /** For the access log: a line without an event. */
  line(fields: object): void
  flush(): void
}

/** Lines are gathered and written together: a write to a pipe for each costs more than a read by id. */
export function jsonLog(level: LogLevel, fields: LogFields = {}, file: number | string = 1): JsonLog {
  const destination = pino.destination({ dest: file, sync: false, minLength: 8192, periodicFlush: 500 })
  const lines = pino(
    {
      level,
      base: fields,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      messageKey: 'event',
    },
    destination,
  )
  return { ...logOn(lines), with: (more) => logOn(lines.child(more)), line: (line) => lines.info(line), flush }

  function flush() {
    try {
      destination.flushSync()
    } catch {
      // Not open yet: there is nothing to write either.
    }
  }
}

const logOn = (lines: pino.Logger): Log => ({
  info: (event, fields) => lines.info(fields ?? {}, event),
  warn: (event, fields) => lines.warn(fields ?? {}, event),
  error: (event, fields) => lines.error(fields ?? {}, event),
})

/**
 * What a log may say of an unexpected error: where it happened, and what, when the message is one that the language or
 * PostgreSQL made. Others may quote what they were given: a parser's error repeats the text it could not read.
 */
export function describeFailure(thrown: unknown): { name: string; code?: string; message?: string; stack?: string } {
  if (!(thrown instanceof Error)) return { name: typeof thrown }
  const { code } = thrown as { code?: unknown }
  const frames = thrown.stack?.match(/^ {4}at .*$/gm)?.map((frame) => frame.trim())
  const ours = thrown instanceof TypeError || thrown instanceof ReferenceError || thrown instanceof RangeError
  return {
    name: thrown.name,
    ...(typeof code === 'string' && { code }),
    ...((ours || 'severity' in thrown || typeof code === 'string') && { message: thrown.message }),
    ...(frames && { stack: frames.join('\n') }),
    ...(thrown.cause instanceof Error && { cause: describeFailure(thrown.cause) }),
  }
}
