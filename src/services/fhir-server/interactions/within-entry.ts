import { Problem } from '../../../kernel/problem.ts'
import { Outdated } from '../../../platform/database/port.ts'
import { entryAt } from './bundle-entries.ts'
import { ValidationProblem } from './validation-problem.ts'

/** `Patient.name` of the third entry: `Bundle.entry[2].resource.name`. */
export const inEntry = (index: number, path: string) => `${entryAt(index)}.resource${path.replace(/^[A-Za-z]+/, '')}`

/** A problem says in which entry it is. */
export function within<T>(index: number, work: () => T): T {
  const tell = (error: unknown) => {
    // What is outdated is so for all of the bundle.
    if (error instanceof Outdated) return error
    if (!(error instanceof Problem) || error instanceof ValidationProblem || error.at?.startsWith('Bundle.entry'))
      return error
    const at =
      error.at === undefined
        ? entryAt(index)
        : error.at.startsWith('re')
          ? `${entryAt(index)}.${error.at}`
          : inEntry(index, error.at)
    return new Problem(error.kind, error.message, { at, code: error.code, cause: error.cause })
  }
  try {
    const value = work()
    if (!(value instanceof Promise)) return value
    return value.catch((error) => {
      throw tell(error)
    }) as T
  } catch (error) {
    throw tell(error)
  }
}
