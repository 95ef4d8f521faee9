/** The files that `weft load` reads: those named, and below a named folder all that look like records, in name order. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { UsageProblem } from '../commands/command.ts'

/** One that is not there is told in its turn, like whatever else cannot be read, unless nothing that is named is there. */
export function filesToLoad(paths: readonly string[]): string[] {
  const found = paths.map((path) => ({ path, stat: statSync(path, { throwIfNoEntry: false }) }))
  if (found.every(({ stat }) => stat === undefined)) throw new UsageProblem(`There is no ${paths.join(', no ')}`)
  return found.flatMap(({ path, stat }) => (stat?.isDirectory() ? below(path) : [path]))
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
