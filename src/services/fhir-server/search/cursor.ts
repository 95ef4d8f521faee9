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
}

export function writeCursor({ form, snapshot, offset, rid, key }: Cursor): string {
  return Buffer.from(JSON.stringify([form, snapshot, offset ?? null, rid ?? null, key ?? null])).toString('base64url')
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
  if (!Array.isArray(parts) || parts.length !== 5) throw refuse()
  const [form, snapshot, offset, rid, key] = parts
  const right =
    forms.includes(form) &&
    typeof snapshot === 'string' &&
    /^\d{1,19}:\d{1,19}:(\d{1,19}(,\d{1,19})*)?$/.test(snapshot) &&
    isOrdered(snapshot) &&
    (offset === null || (Number.isSafeInteger(offset) && offset >= 0)) &&
    (rid === null || (typeof rid === 'string' && /^\d{1,18}$/.test(rid))) &&
    (key === null || (typeof key === 'string' && key.length <= 2000 && !key.includes('\0')))
  if (!right) throw refuse()
  return {
    form,
    snapshot,
    ...(offset !== null && { offset }),
    ...(rid !== null && { rid }),
    ...(key !== null && { key }),
  }
}

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
