/** Brings files in one after the other. What fails is tried once more at the end: it may refer to what came later. */
import { asProblem } from '../../kernel/problem.ts'
import type { Submit } from '../in-process.ts'
import type { Progress } from '../progress.ts'
import { type Parcel, parcelsOf } from './parcels.ts'
import { type Failure, type ParcelResult, readResult } from './result.ts'

export type LoadReport = { readonly loaded: number; readonly failures: readonly Failure[] }

export async function loadFiles(
  files: readonly string[],
  submit: Submit,
  progress: Progress,
  signal: AbortSignal,
): Promise<LoadReport> {
  const failures: Failure[] = []
  const again: Parcel[] = []
  let loaded = 0
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
      inFile += result.loaded
      if (result.failures.length === 0) continue
      // What is in already is a PUT to the same id, or stays out: a POST that worked must not be sent twice.
      if (result.loaded === 0) again.push(parcel)
      else failures.push(...result.failures)
      for (const { place, reason } of result.failures) progress.say(`${place}: ${reason}`)
    }
    loaded += inFile
    progress.step(inFile)
  }
  for (const parcel of again) {
    const result = signal.aborted ? undefined : await send(parcel)
    loaded += result?.loaded ?? 0
    failures.push(
      ...(result?.failures ?? [{ place: parcel.places[0] ?? '', reason: 'stopped before it was tried again' }]),
    )
    if (result?.failures.length === 0) progress.say(`${parcel.places[0]}: in, the second time`)
  }
  return { loaded, failures }
}
