/** Names for statements that come again, under which each connection keeps their plan. */
import { createHash } from 'node:crypto'

const timesUntilKept = 2
const lookedAtAtMost = 500

/**
 * A kept statement costs every connection some memory for as long as it lasts, so `atMost` are kept, and none that came but once:
 * the others have no name and are planned each time. A name is made of the text, so that two processes whose connections a
 * pooler mixes up mean the same by it.
 */
export class KeptNames {
  readonly #prefix: string
  readonly #atMost: number
  #kept = new Map<string, string>()
  #seen = new Map<string, number>()

  constructor(prefix: string, atMost: number) {
    this.#prefix = prefix
    this.#atMost = atMost
  }

  of(text: string): string | undefined {
    const known = this.#kept.get(text)
    if (known !== undefined || this.#kept.size >= this.#atMost) return known
    const times = (this.#seen.get(text) ?? 0) + 1
    if (times < timesUntilKept) {
      if (this.#seen.size >= lookedAtAtMost) this.#seen.clear()
      this.#seen.set(text, times)
      return undefined
    }
    this.#seen.delete(text)
    const name = `${this.#prefix}_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
    this.#kept.set(text, name)
    return name
  }
}
