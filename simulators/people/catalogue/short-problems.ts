/** Coughs, aches and infections that pass, with what is written down about them. */
import type { Concept, Sex } from '../person.ts'

const concept = (code: string, display: string): Concept => ({ code, display })

export type ShortProblem = {
  readonly concept: Concept
  readonly from: number
  readonly to: number
  readonly weight: number
  readonly days: number
  readonly sex?: Sex
  readonly drug?: string
  readonly fever?: boolean
  readonly history: string
  readonly plan: string
}

export const shortProblems: readonly ShortProblem[] = [
  {
    concept: concept('54150009', 'Upper respiratory infection'),
    from: 0,
    to: 100,
    weight: 10,
    days: 10,
    fever: true,
    history: 'Cold symptoms for four days.',
    plan: 'Fluids and rest, return if worse.',
  },
  {
    concept: concept('195662009', 'Acute viral pharyngitis'),
    from: 2,
    to: 60,
    weight: 5,
    days: 7,
    fever: true,
    history: 'Sore throat for three days, eating and drinking.',
    plan: 'No antibiotics today, simple analgesia.',
  },
  {
    concept: concept('65363002', 'Otitis media'),
    from: 0.5,
    to: 10,
    weight: 7,
    days: 10,
    fever: true,
    history: 'Pulling at the ear, awake at night.',
    plan: 'Pain relief, antibiotics if no better in three days.',
  },
  {
    concept: concept('43878008', 'Streptococcal sore throat'),
    from: 12,
    to: 40,
    weight: 2,
    days: 10,
    drug: 'amoxicillin',
    fever: true,
    history: 'Very sore throat, fever, no cough.',
    plan: 'Antibiotics for a week.',
  },
  {
    concept: concept('10509002', 'Acute bronchitis'),
    from: 18,
    to: 100,
    weight: 4,
    days: 21,
    drug: 'amoxicillin',
    fever: true,
    history: 'Productive cough for ten days.',
    plan: 'Delayed antibiotics, safety advice.',
  },
  {
    concept: concept('68566005', 'Urinary tract infectious disease'),
    from: 16,
    to: 100,
    weight: 4,
    days: 7,
    sex: 'female',
    history: 'Burning when passing urine for two days.',
    plan: 'Urine sample sent, fluids.',
  },
  {
    concept: concept('279039007', 'Low back pain'),
    from: 20,
    to: 90,
    weight: 5,
    days: 42,
    drug: 'ibuprofen',
    history: 'Back pain after lifting. No red flags.',
    plan: 'Keep moving, exercises, analgesia.',
  },
  {
    concept: concept('25374005', 'Gastroenteritis'),
    from: 0.5,
    to: 90,
    weight: 4,
    days: 5,
    history: 'Vomiting and loose stools since yesterday, passing urine.',
    plan: 'Small sips often, exclude from school or work for 48 hours.',
  },
  {
    concept: concept('9826008', 'Conjunctivitis'),
    from: 0,
    to: 80,
    weight: 3,
    days: 10,
    history: 'Sticky red eyes.',
    plan: 'Clean with cooled boiled water.',
  },
  {
    concept: concept('36971009', 'Sinusitis'),
    from: 14,
    to: 80,
    weight: 3,
    days: 14,
    drug: 'clarithromycin',
    history: 'Facial pain and blocked nose for two weeks.',
    plan: 'Steam, saline rinses, antibiotics if worse.',
  },
  {
    concept: concept('44465007', 'Sprain of ankle'),
    from: 6,
    to: 70,
    weight: 2,
    days: 30,
    history: 'Turned ankle on a kerb, can bear weight.',
    plan: 'Rest, ice, exercises.',
  },
  {
    concept: concept('3218000', 'Mycosis'),
    from: 1,
    to: 80,
    weight: 2,
    days: 28,
    drug: 'clotrimazole',
    history: 'Itchy ring-shaped patch.',
    plan: 'Antifungal cream.',
  },
]
