import type { Operation } from './operation.ts'
import { patientEverything } from './patient-everything.ts'

export const operations: readonly Operation[] = [patientEverything]
