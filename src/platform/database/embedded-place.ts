/**
 * Where the embedded PostgreSQL lives and which account runs it. PostgreSQL refuses to run as root, so for root it
 * runs as `nobody`, who must be able to reach its folder: in a project that only root can enter, that folder is under
 * /var/lib/weft and `.weft/database` is a link to it.
 */
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
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
  mkdirSync(weft, { recursive: true })
  const real = realpathSync(weft)
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
  const moved = readLink(join(real, 'database'), real)
  if (!moved && canReach(nobody.uid, real)) return { folder: real, account: nobody }
  const folder = moved ?? join(outside, hashOf(real))
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  for (const path of [outside, folder]) if (existsSync(path)) chmodSync(path, 0o755)
  if (!moved) symlinkSync(folder, join(real, 'database'))
  return { folder, account: nobody }
}

/** The folder an earlier start chose. A link that came along when the project was copied is not ours. */
function readLink(link: string, weft: string): string | undefined {
  if (!lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) return undefined
  const target = readlinkSync(link)
  if (target === join(outside, hashOf(weft)) && existsSync(target)) return target
  unlinkSync(link)
  return undefined
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

const hashOf = (path: string) => createHash('sha256').update(path).digest('hex').slice(0, 16)

const belongsToAnother = (data: string, uid: number) =>
  `The embedded database in ${data} belongs to another account (uid ${uid}). Start as that account or as root, or set DATABASE_URL.`

const cannotReach = (data: string, uid: number) =>
  `The embedded database in ${data} runs as uid ${uid}, who may not enter that folder any more. ` +
  'Allow it (chmod o+x on the folders above it), or set DATABASE_URL.'
