/** The words after a command, by Node's own parser, with its complaints as ours. */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { UsageProblem } from './command.ts'

export function readArguments<const T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
  } catch (error) {
    throw new UsageProblem(error instanceof Error ? (error.message.split('. To specify')[0] ?? '') : String(error))
  }
}

export function wholeNumber(value: string | undefined, name: string, from = 1): number | undefined {
  if (value === undefined) return undefined
  if (/^\d+$/.test(value) && Number(value) >= from) return Number(value)
  throw new UsageProblem(`${name} wants a whole number from ${from} on`)
}
