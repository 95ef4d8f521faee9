/**
 * Writers who come while others are being written are written together: one statement, one commit for all of them.
 * Most of what a write costs is the statement's and the commit's, whatever their size.
 * docs/decisions/0007-writes-in-groups.md
 */
import { LockTimeout } from '../../../platform/database/port.ts'
import { asProblem } from '../../../kernel/problem.ts'
import type { Change } from './port.ts'

export type Written = { readonly rid: string; readonly v: string }

/** Writes all of them or none; `impatient` gives up with LockTimeout where another transaction holds one of them. */
export type WriteAll = (
  tenant: number,
  changes: readonly Change[],
  times: readonly Date[],
  options: { readonly impatient: boolean },
) => Promise<readonly Written[]>

type Waiting = {
  readonly change: Change
  readonly lastUpdated: Date
  readonly key: string
  resolve(written: Written): void
  reject(error: unknown): void
}

/** Statements under way at once. With one, the server and PostgreSQL would wait for each other in turns. */
const atOnce = 2
const changesAtMost = 64
/** A small change does not wait for a large one. */
const charactersAtMost = 65_536

/** Each change stands or falls by itself, as if it had been written alone. */
export class GroupedWrites {
  #write: WriteAll
  #tenants = new Map<number, GroupsOfTenant>()

  constructor(write: WriteAll) {
    this.#write = write
  }

  write(tenant: number, change: Change, lastUpdated: Date): Promise<Written> {
    let groups = this.#tenants.get(tenant)
    if (!groups) {
      groups = new GroupsOfTenant((changes, times, options) => this.#write(tenant, changes, times, options))
      this.#tenants.set(tenant, groups)
    }
    return groups.write(change, lastUpdated)
  }
}

type WriteOfTenant = (
  changes: readonly Change[],
  times: readonly Date[],
  options: { readonly impatient: boolean },
) => Promise<readonly Written[]>

class GroupsOfTenant {
  #write: WriteOfTenant
  #waiting: Waiting[] = []
  #underWay = 0
  /** Of the changes that wait or are under way in a group. */
  #keys = new Set<string>()

  constructor(write: WriteOfTenant) {
    this.#write = write
  }

  write(change: Change, lastUpdated: Date): Promise<Written> {
    const key = `${change.key.type}/${change.key.id}`
    // Who comes second to a resource is likely to be refused, and takes nobody along.
    if (this.#keys.has(key) || (change.document?.length ?? 0) > charactersAtMost)
      return this.#alone(change, lastUpdated)
    this.#keys.add(key)
    return new Promise((resolve, reject) => {
      const isFirst = this.#waiting.push({ change, lastUpdated, key, resolve, reject }) === 1
      // Not at once: requests that came in with this one are still to be read.
      if (isFirst && this.#underWay < atOnce) setImmediate(this.#next)
    })
  }

  #next = (): void => {
    while (this.#underWay < atOnce && this.#waiting.length > 0) {
      this.#underWay++
      this.#together(this.#waiting.splice(0, changesAtMost)).finally(() => {
        this.#underWay--
        this.#next()
      })
    }
  }

  async #together(group: readonly Waiting[]): Promise<void> {
    let error: unknown
    try {
      const written = await this.#write(
        group.map(({ change }) => change),
        group.map(({ lastUpdated }) => lastUpdated),
        { impatient: true },
      )
      group.forEach((one, n) => {
        this.#keys.delete(one.key)
        one.resolve(written[n] as Written)
      })
      return
    } catch (thrown) {
      error = thrown
    }
    // Where nobody knows whether it was written, a second try might write it twice.
    const isFinal = asProblem(error).kind === 'unavailable' || (group.length === 1 && !(error instanceof LockTimeout))
    for (const { change, lastUpdated, key, resolve, reject } of group) {
      this.#keys.delete(key)
      if (isFinal) reject(error)
      // One of them is to blame, and none was written: each hears of its own trouble. Nobody waits for these.
      else this.#alone(change, lastUpdated).then(resolve, reject)
    }
  }

  async #alone(change: Change, lastUpdated: Date): Promise<Written> {
    const [written] = await this.#write([change], [lastUpdated], { impatient: false })
    return written as Written
  }
}
