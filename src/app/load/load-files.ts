/**
 * Brings files in one after the other. What fails is tried once more at the end: it may refer to what came later. What
 * a later one wrote to the same address stands, and is not written over by the one before it.
 */
import { asProblem } from '../../kernel/problem.ts'
import type { Submit } from '../in-process.ts'
import type { Progress } from '../progress.ts'
import { type Parcel, parcelsOf, withoutEntries } from './parcels.ts'
import { type Failure, type ParcelResult, readResult } from './result.ts'

export type LoadReport = { readonly loaded: number; readonly failures: readonly Failure[] }

export async function loadFiles(
  files: readonly string[],
  submit: Submit,
  progress: Progress,
  signal: AbortSignal,
): Promise<LoadReport> {
  const failures: Failure[] = []
  const again: { parcel: Parcel; order: number; first: readonly Failure[] }[] = []
  /** Which parcel wrote an address last. */
  const writers = new Map<string, number>()
  let [loaded, sent] = [0, 0]
  const send = async (parcel: Parcel): Promise<ParcelResult> => {
    try {
      return readResult(parcel, await submit(parcel.request))
    } catch (error) {
      return { loaded: 0, failures: [{ place: parcel.places[0] ?? '', reason: asProblem(error).message }] }
    }
  }
  for (const file of files) {
    if (signal.aborted) break
    let inFile = 0
    for await (const parcel of parcelsOf(file)) {
      if ('reason' in parcel) {
        failures.push(parcel)
        progress.say(`${parcel.place}: ${parcel.reason}`)
        continue
      }
      if (parcel.remark !== undefined) progress.say(parcel.remark)
      const result = await send(parcel)
      const order = ++sent
      inFile += result.loaded
      if (result.loaded > 0)
        for (const address of parcel.addresses) if (address !== undefined) writers.set(address, order)
      if (result.failures.length === 0) continue
      // What is in already is a PUT to the same id, or stays out: a POST that worked must not be sent twice.
      if (result.loaded === 0) again.push({ parcel, order, first: result.failures })
      else failures.push(...result.failures)
      for (const { place, reason } of result.failures) progress.say(`${place}: ${reason}`)
    }
    loaded += inFile
    progress.step(inFile)
  }
  for (const { parcel: whole, order, first } of again) {
    const overtaken = overtakenIn(whole, order, writers)
    const parcel = overtaken.size === 0 ? whole : withoutEntries(whole, new Set(overtaken.keys()))
    for (const [n, address] of parcel ? overtaken : [...overtaken].slice(0, 1)) {
      const place = whole.places[n] ?? ''
      const reason = first.find((one) => one.place === place)?.reason ?? first[0]?.reason ?? ''
      failures.push({ place, reason: `${reason} (not tried again: a later ${address} is in)` })
    }
    if (!parcel || parcel.resources === 0) continue
    const result = signal.aborted ? undefined : await send(parcel)
    loaded += result?.loaded ?? 0
    failures.push(
      ...(result?.failures ?? [{ place: parcel.places[0] ?? '', reason: 'stopped before it was tried again' }]),
    )
    if (result?.failures.length === 0) progress.say(`${parcel.places[0]}: in, the second time`)
  }
  return { loaded, failures }
}

/** Entries whose address a later parcel has written: place in the parcel -> address. */
function overtakenIn({ addresses }: Parcel, order: number, writers: ReadonlyMap<string, number>): Map<number, string> {
  return new Map(
    addresses.flatMap((address, n) =>
      address !== undefined && (writers.get(address) ?? 0) > order ? [[n, address] as const] : [],
    ),
  )
}
