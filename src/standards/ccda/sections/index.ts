import { allergies } from './allergies.ts'
import { documents } from './documents.ts'
import { encounters } from './encounters.ts'
import { familyHistory } from './family-history.ts'
import { immunizations } from './immunizations.ts'
import { medications } from './medications.ts'
import { notes } from './notes.ts'
import { medicalEquipment, other, payers } from './other.ts'
import { planOfTreatment } from './plan-of-treatment.ts'
import { problems } from './problems.ts'
import { procedures } from './procedures.ts'
import { results } from './results.ts'
import type { Section } from './section.ts'
import { socialHistory } from './social-history.ts'
import { vitalSigns } from './vital-signs.ts'

/** The sections in the order they stand in the document; the last takes what no other has taken. */
export const sections: readonly Section[] = [
  allergies,
  medications,
  problems,
  immunizations,
  results,
  vitalSigns,
  socialHistory,
  procedures,
  encounters,
  notes,
  planOfTreatment,
  familyHistory,
  documents,
  payers,
  medicalEquipment,
  other,
]
