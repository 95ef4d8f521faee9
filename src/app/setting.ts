import { parseOtlpHeaders } from '../platform/telemetry/tracing-settings.ts'

/** What a setting can be. Each reads the text of a variable and throws a plain sentence when it cannot. */

export type Setting<T> = {
  readonly kind: string
  readonly default: T
  readonly description: string
  /** Its value is never printed. */
  readonly secret: boolean
  read(text: string): T
}

export const text = <T extends string | undefined>(fallback: T, description: string): Setting<string | T> => ({
  kind: 'text',
  default: fallback,
  description,
  secret: false,
  read: (value) => value,
})

export const whole = <T extends number | undefined>(
  fallback: T,
  { from, to }: { from: number; to: number },
  description: string,
): Setting<number | T> => ({
  kind: `whole number, ${from} to ${to}`,
  default: fallback,
  description,
  secret: false,
  read(value) {
    const number = Number(value)
    if (/^\d+$/.test(value) && number >= from && number <= to) return number
    throw new Error(`expected a whole number from ${from} to ${to}`)
  },
})

export const oneOf = <T extends string>(choices: readonly T[], fallback: T, description: string): Setting<T> => ({
  kind: choices.join(' | '),
  default: fallback,
  description,
  secret: false,
  read(value) {
    const choice = choices.find((name) => name === value)
    if (choice !== undefined) return choice
    throw new Error(`expected one of ${choices.join(', ')}`)
  },
})

export const list = (fallback: readonly string[], description: string): Setting<readonly string[]> => ({
  kind: 'list, comma between',
  default: fallback,
  description,
  secret: false,
  read: (value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
})

export const webAddress = (description: string): Setting<string | undefined> => ({
  kind: 'http or https URL',
  default: undefined,
  description,
  secret: false,
  read(value) {
    if (/^https?:$/.test(urlOf(value)?.protocol ?? '')) return value.replace(/\/+$/, '')
    throw new Error('expected an http:// or https:// URL')
  },
})

export const databaseAddress = (description: string): Setting<string | undefined> => ({
  kind: 'postgres URL',
  default: undefined,
  description,
  secret: true,
  read(value) {
    if (/^postgres(ql)?:\/\//.test(value)) return value
    throw new Error('expected postgres://role:password@host:port/database')
  },
})

/** Never printed. */
export const secretText = (description: string): Setting<string | undefined> => ({
  ...text<string | undefined>(undefined, description),
  secret: true,
})

export const secretList = (description: string): Setting<readonly string[]> => ({
  ...list([], description),
  secret: true,
})

export const share = (fallback: number, description: string): Setting<number> => ({
  kind: 'number, 0 to 1',
  default: fallback,
  description,
  secret: false,
  read(value) {
    const number = Number(value)
    if (value.trim() !== '' && number >= 0 && number <= 1) return number
    throw new Error('expected a number from 0 to 1')
  },
})

/** Never printed: one of them may be a token. */
export const headers = (description: string): Setting<Readonly<Record<string, string>>> => ({
  kind: 'list, comma between',
  default: {},
  description,
  secret: true,
  read(value) {
    const read = parseOtlpHeaders(value)
    if (read) return read
    throw new Error('expected name=value,name=value with percent-encoded values')
  },
})

export const redisAddress = (description: string): Setting<string | undefined> => ({
  kind: 'redis URL',
  default: undefined,
  description,
  secret: true,
  read(value) {
    if (/^rediss?:\/\//.test(value)) return value
    throw new Error('expected redis://host:port, or rediss:// for TLS')
  },
})

function urlOf(value: string): URL | undefined {
  return URL.canParse(value) ? new URL(value) : undefined
}
