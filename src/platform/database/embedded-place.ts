/**
 * Where the embedded PostgreSQL lives and which account runs it. PostgreSQL refuses to run as root, so for root it
 * runs as `nobody`, who must be able to reach its folder: in a project that only root can enter, that folder is under
 * /var/lib/weft and `.weft/database` is a link to it.
 */
import { createHash } from 'node:crypto'
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { Problem } from '../../kernel/problem.ts'

export type Account = { readonly uid: number; readonly gid: number }
export type Place = {
  /** Holds the programs' copy and one folder for each cluster. */
  readonly folder: string
  /** Whom to become; undefined: run as who we are. */
  readonly account: Account | undefined
}

const outside = '/var/lib/weft'

/** Takes the project's `.weft` folder and the name of a cluster in it. */
export function embeddedPlace(weft: string, cluster: string): Place {
  const real = writable(weft)
  const me = process.getuid?.()
  const data = join(real, cluster, 'data')
  if (existsSync(data)) {
    const { uid, gid } = statSync(data)
    if (me === undefined || uid === me) return { folder: real, account: undefined }
    if (me !== 0) throw new Problem('unavailable', belongsToAnother(data, uid))
    if (canReach(uid, real)) return { folder: real, account: { uid, gid } }
    throw new Problem('unavailable', cannotReach(data, uid))
  }
  if (me !== 0) return { folder: real, account: undefined }
  const nobody = accountOf('nobody')
  const chosen = readLink(join(real, 'database'), real)
  if (!chosen && canReach(nobody.uid, real)) return { folder: real, account: nobody }
  const folder = chosen ?? freshFolder(real)
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  for (const path of [outside, folder]) if (existsSync(path)) chmodSync(path, 0o755)
  if (!chosen) {
    writeFileSync(join(folder, 'project'), real)
    symlinkSync(folder, join(real, 'database'))
  }
  return { folder, account: nobody }
}

/** The folder's real path, made where it is missing. */
function writable(weft: string): string {
  try {
    makeFolder(weft)
    accessSync(weft, constants.W_OK | constants.X_OK)
    return realpathSync(weft)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Problem(
      'unavailable',
      `The embedded database cannot be kept in ${weft} (${reason}). Allow it, name another folder in DATA_FOLDER, or set DATABASE_URL.`,
      { cause },
    )
  }
}

/**
 * With those above it, as far as they are missing. Node's own recursive `mkdir` never ends where making a folder fails as
 * if the one above it were missing, which is what all of /proc does.
 */
function makeFolder(folder: string): void {
  const missing: string[] = []
  for (let at = resolve(folder); !existsSync(at); at = dirname(at)) missing.push(at)
  for (const one of missing.toReversed())
    try {
      mkdirSync(one)
    } catch (thrown) {
      // Somebody else made it meanwhile.
      if ((thrown as { code?: string }).code !== 'EEXIST') throw thrown
    }
}

/**
 * The folder an earlier start chose. When the project was moved since, it is still ours; when it was copied, the link came
 * along and the folder stays the original's.
 */
function readLink(link: string, weft: string): string | undefined {
  if (!lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) return undefined
  const target = readlinkSync(link)
  const note = join(target, 'project')
  const madeFor = existsSync(note) ? readFileSync(note, 'utf8') : undefined
  if (madeFor === weft) return target
  if (madeFor !== undefined && !existsSync(madeFor)) {
    writeFileSync(note, weft)
    return target
  }
  unlinkSync(link)
  return undefined
}

/** Named after the project's path; with a number where a project that was here before took its folder along. */
function freshFolder(weft: string): string {
  for (let number = 0; ; number++) {
    const folder = join(
      outside,
      createHash('sha256').update(weft).digest('hex').slice(0, 16) + (number ? `-${number}` : ''),
    )
    const note = join(folder, 'project')
    if (!existsSync(note) || readFileSync(note, 'utf8') === weft) return folder
  }
}

function canReach(uid: number, folder: string): boolean {
  for (let path = folder; ; path = dirname(path)) {
    const { mode, uid: owner } = statSync(path)
    if (!(owner === uid ? mode & 0o100 : mode & 0o001)) return false
    if (path === dirname(path)) return true
  }
}

function accountOf(name: string): Account {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((row) => row.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return { uid: Number(uid ?? 65534), gid: Number(gid ?? 65534) }
}

const belongsToAnother = (data: string, uid: number) =>
  `The embedded database in ${data} belongs to another account (uid ${uid}). Start as that account or as root, or set DATABASE_URL.`

const cannotReach = (data: string, uid: number) =>
  `The embedded database in ${data} runs as uid ${uid}, who may not enter that folder any more. ` +
  'Allow it (chmod o+x on the folders above it), or set DATABASE_URL.'
