import { IndexKeeper, type IndexKeeperOptions } from './index-keeper.ts'

/** A keeper for each tenant that is asked for. */
export class IndexKeepers {
  readonly #options: IndexKeeperOptions
  #opened = new Map<number, IndexKeeper>()
  #opening = new Map<number, Promise<IndexKeeper>>()

  constructor(options: IndexKeeperOptions) {
    this.#options = options
  }

  opened(tenant: number): IndexKeeper | undefined {
    return this.#opened.get(tenant)
  }

  open(tenant: number): Promise<IndexKeeper> {
    const under = this.#opening.get(tenant)
    if (under) return under
    const opening = IndexKeeper.open(tenant, this.#options)
    this.#opening.set(tenant, opening)
    opening.then(
      (keeper) => this.#opened.set(tenant, keeper),
      () => this.#opening.delete(tenant),
    )
    return opening
  }

  async follow(): Promise<void> {
    for (const keeper of this.#opened.values()) await keeper.follow()
  }
}
