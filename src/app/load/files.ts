/** The files that `weft load` reads: those named, and below a named folder all that look like records, in name order. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { UsageProblem } from '../commands/command.ts'

export function filesToLoad(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const found = statSync(path, { throwIfNoEntry: false })
    if (!found) throw new UsageProblem(`There is no ${path}`)
    return found.isDirectory() ? below(path) : [path]
  })
}

export const isNdjson = (path: string) => /\.(ndjson|jsonl)$/i.test(path)

function below(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return below(path)
      return /\.json$/i.test(path) || isNdjson(path) ? [path] : []
    })
}
