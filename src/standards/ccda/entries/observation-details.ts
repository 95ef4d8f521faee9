import type { Cell } from '../narrative.ts'
import type { Observation } from '../record.ts'
import { details, type MarkedFact, none, stated } from './details.ts'

type Told = MarkedFact | undefined

/** The cell of details of an observation's row: what its section tells first, then how and where it was made, and its status. */
export function observationDetails(
  observation: Observation,
  id: string,
  first: readonly Told[] = none,
  statusFact: (status: string | undefined, id: string) => Told = (status) => stated('Status', status),
): Cell {
  const { bodySite, method, notes, status } = observation
  return details(
    observation,
    notes.length > 0 ? `${id}n` : undefined,
    // Most have nothing of all this, and a row without facts is made in less.
    first.length === 0 && status === 'final' && bodySite === undefined && method === undefined
      ? none
      : [
          ...first,
          stated('Body site', bodySite?.text),
          stated('Method', method?.text),
          status !== 'final' && statusFact(status, id),
        ],
  )
}
