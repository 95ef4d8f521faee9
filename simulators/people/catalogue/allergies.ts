/** Allergies and what they do. The weight is how often somebody who has an allergy has this one. */
import type { Concept } from '../person.ts'

const concept = (code: string, display: string): Concept => ({ code, display })

const rash = concept('271807003', 'Eruption of skin')
const hives = concept('126485001', 'Urticaria')
const anaphylaxis = concept('39579001', 'Anaphylaxis')
const swelling = concept('41291007', 'Angioedema')
const wheeze = concept('56018004', 'Wheezing')
const vomiting = concept('422400008', 'Vomiting')

export const allergies = [
  {
    concept: concept('91936005', 'Allergy to penicillin'),
    category: 'medication',
    weight: 8,
    reactions: [rash, hives, anaphylaxis],
    blocks: ['amoxicillin'],
  },
  {
    concept: concept('293586001', 'Allergy to aspirin'),
    category: 'medication',
    weight: 2,
    reactions: [swelling, wheeze],
    blocks: ['aspirin', 'ibuprofen'],
  },
  {
    concept: concept('91931000', 'Allergy to erythromycin'),
    category: 'medication',
    weight: 2,
    reactions: [vomiting, rash],
    blocks: ['clarithromycin'],
  },
  {
    concept: concept('91935009', 'Allergy to peanut'),
    category: 'food',
    weight: 4,
    reactions: [anaphylaxis, hives, swelling],
    blocks: [],
  },
  {
    concept: concept('91930004', 'Allergy to eggs'),
    category: 'food',
    weight: 2,
    reactions: [hives, vomiting],
    blocks: [],
  },
  {
    concept: concept('417532002', 'Allergy to fish'),
    category: 'food',
    weight: 1,
    reactions: [hives, swelling],
    blocks: [],
  },
  {
    concept: concept('418689008', 'Allergy to grass pollen'),
    category: 'environment',
    weight: 4,
    reactions: [wheeze, hives],
    blocks: [],
  },
  {
    concept: concept('232346004', 'Allergy to cat dander'),
    category: 'environment',
    weight: 2,
    reactions: [wheeze],
    blocks: [],
  },
  {
    concept: concept('423058007', 'Allergy to wasp venom'),
    category: 'environment',
    weight: 1,
    reactions: [swelling, anaphylaxis],
    blocks: [],
  },
] as const

export const noKnownAllergy = concept('716186003', 'No known allergy')
