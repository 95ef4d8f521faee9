/**
 * Looks through what a run of tests logged: NHS numbers, names, addresses, tokens, messages and passwords must not be in it.
 *
 *     node test/harness/check-run-logs.ts FOLDER-OR-FILE… [--whole]
 *
 * `--whole`: of a run of every test, which must have logged requests and transactions, or nothing was looked at.
 */
import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { publishedNames, secretFinder } from './log-secrets.ts'

export type LookedThrough = {
  readonly lines: number
  readonly requests: number
  readonly transactions: number
  readonly found: readonly string[]
}

export async function lookThrough(paths: readonly string[]): Promise<LookedThrough> {
  const data = process.env.CONFORMANCE_DATA
  const folders = data ? [join(data, 'gpconnect'), join(data, 'pds')].filter((folder) => existsSync(folder)) : []
  const secretsIn = secretFinder(folders.flatMap((folder) => [...publishedNames(folder)]))
  const found: string[] = []
  let [lines, requests, transactions] = [0, 0, 0]
  for (const file of paths.flatMap(filesOf)) {
    let at = 0
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      at++
      if (line.includes('"route":')) requests++
      if (line.includes('"event":"transaction"')) transactions++
      for (const { what, text } of secretsIn(line)) found.push(`${file}:${at} holds ${what}: ${text}`)
    }
    lines += at
  }
  return { lines, requests, transactions, found }
}

const filesOf = (path: string): string[] => {
  if (!existsSync(path)) return []
  return statSync(path).isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [path]
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { whole: { type: 'boolean' } } })
  const { lines, requests, transactions, found } = await lookThrough(positionals)
  console.log(`${lines} lines, ${requests} of requests, ${transactions} of IHE transactions`)
  for (const one of found.slice(0, 50)) console.log(`✖ ${one}`)
  if (found.length > 50) console.log(`✖ and ${found.length - 50} more`)
  const tooLittle = values.whole && (requests < 100 || transactions < 100)
  if (tooLittle) console.log('✖ A whole run logs more than this: what was logged did not come here')
  process.exitCode = found.length > 0 || tooLittle ? 1 : 0
}
