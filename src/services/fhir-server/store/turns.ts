/**
 * Who wants what another of this process has waits here, and not in the database: there each would keep a connection while it
 * waits, and ten who want one thing would keep all the others' requests waiting with them.
 */
export class Turns {
  /** Of each name, when the last who stands in line has ended. */
  #last = new Map<string, Promise<void>>()

  /** After everybody who came before with one of these names. */
  async take<T>(names: readonly string[], work: () => Promise<T>): Promise<T> {
    if (names.length === 0) return work()
    // All at once: so nobody waits for one who came later, and no two for each other.
    const before = names.map((name) => this.#last.get(name))
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    for (const name of names) this.#last.set(name, ended)
    try {
      await Promise.all(before)
      return await work()
    } finally {
      end()
      for (const name of names) if (this.#last.get(name) === ended) this.#last.delete(name)
    }
  }
}
