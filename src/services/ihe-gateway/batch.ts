/**
 * Items of one moment go in one statement: the first goes at once, whoever comes while it is under way goes with the
 * next. `run` gives a result for each item, in their order.
 */
export function batching<Item, Result>(
  run: (tenant: number, items: readonly Item[]) => Promise<readonly Result[]>,
  maxBatch = 500,
): (tenant: number, item: Item) => Promise<Result> {
  type Waiting = { item: Item; done: (result: Result) => void; failed: (thrown: unknown) => void }
  const waiting = new Map<number, Waiting[]>()
  const running = new Set<number>()

  const work = async (tenant: number) => {
    if (running.has(tenant)) return
    running.add(tenant)
    for (
      let batch = waiting.get(tenant)?.splice(0, maxBatch);
      batch?.length;
      batch = waiting.get(tenant)?.splice(0, maxBatch)
    ) {
      const all = batch
      await run(
        tenant,
        all.map(({ item }) => item),
      ).then(
        (results) => all.forEach(({ done }, index) => done(results[index] as Result)),
        (thrown: unknown) => all.forEach(({ failed }) => failed(thrown)),
      )
    }
    running.delete(tenant)
  }
  return (tenant, item) =>
    new Promise((done, failed) => {
      const others = waiting.get(tenant)
      if (others) others.push({ item, done, failed })
      else waiting.set(tenant, [{ item, done, failed }])
      void work(tenant)
    })
}
