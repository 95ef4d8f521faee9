/** Where a page ended, in the link to the next one. */
import { Buffer } from 'node:buffer'
import { Problem } from '../../../kernel/problem.ts'

/** How the first page was found; the others are found the same way. */
export type Form = 'plain' | 'seek' | 'walk' | 'rest' | 'full' | 'document'

export type Cursor = {
  readonly form: Form
  /** The first page's snapshot: https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT */
  readonly snapshot: string
  /** How many came before; for the forms that count. */
  readonly offset?: number
  /** The last resource; for the forms that go along an index. */
  readonly rid?: string
  /** Its sort key. */
  readonly key?: string
  /** When the first page was asked for: what is near that time depends on it. */
  readonly askedAt?: Date
}

export function writeCursor({ form, snapshot, offset, rid, key, askedAt }: Cursor): string {
  const parts = [form, snapshot, offset ?? null, rid ?? null, key ?? null, askedAt?.getTime() ?? null]
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/** Throws Problem('invalid') for what this server did not write. */
export function readCursor(text: string): Cursor {
  const refuse = () => new Problem('invalid', 'This page link is not one of ours', { at: '_cursor' })
  let parts: unknown
  try {
    parts = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    throw refuse()
  }
  // An earlier version wrote five, and its links live on.
  if (!Array.isArray(parts) || (parts.length !== 5 && parts.length !== 6)) throw refuse()
  const [form, snapshot, offset, rid, key, askedAt = null] = parts
  const right =
    forms.includes(form) &&
    typeof snapshot === 'string' &&
    /^\d{1,19}:\d{1,19}:(\d{1,19}(,\d{1,19})*)?$/.test(snapshot) &&
    isOrdered(snapshot) &&
    (offset === null || (Number.isSafeInteger(offset) && offset >= 0)) &&
    (rid === null || (typeof rid === 'string' && /^\d{1,18}$/.test(rid))) &&
    (key === null || (typeof key === 'string' && key.length <= 2000 && !key.includes('\0'))) &&
    (askedAt === null || (Number.isSafeInteger(askedAt) && askedAt >= 0 && askedAt < year10000))
  if (!right) throw refuse()
  return {
    form,
    snapshot,
    ...(offset !== null && { offset }),
    ...(rid !== null && { rid }),
    ...(key !== null && { key }),
    ...(askedAt !== null && { askedAt: new Date(askedAt) }),
  }
}

const year10000 = Date.UTC(10_000)

const forms: readonly unknown[] = ['plain', 'seek', 'walk', 'rest', 'full', 'document'] satisfies Form[]

/** PostgreSQL takes only xmin ≤ each ≤ xmax, rising. */
function isOrdered(snapshot: string): boolean {
  const [xmin, xmax, running] = snapshot.split(':') as [string, string, string]
  const all = [BigInt(xmin), ...(running ? running.split(',').map(BigInt) : []), BigInt(xmax)]
  return (
    all.every(
      (xid, n) =>
        xid > 0n &&
        xid < 2n ** 63n &&
        (n === 0 || n === all.length - 1
          ? xid >= (all[n - 1] ?? 0n)
          : n === 1
            ? xid >= (all[0] as bigint)
            : xid > (all[n - 1] as bigint)),
    ) &&
    (all.length < 3 || (all.at(-1) as bigint) > (all.at(-2) as bigint))
  )
}
