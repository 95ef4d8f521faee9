/** What people fall ill with, how often, and what is done about it. Figures are rough and serve plausibility, not epidemiology. */
import type { Concept, Sex } from '../person.ts'
import type { PanelName } from './measures.ts'

export type Traits = { readonly sex: Sex; readonly age: number; readonly smoker: boolean; readonly bmi: number }

export type LongProblem = {
  readonly concept: Concept
  /** The ages at which it begins. */
  readonly from: number
  readonly to: number
  /** How likely somebody with these traits has it. */
  readonly chance: (traits: Traits) => number
  readonly significance: 'major' | 'minor'
  /** One of each group, e.g. one antidepressant. */
  readonly drugs?: readonly (readonly string[])[]
  readonly panels?: readonly PanelName[]
  readonly procedures?: readonly Concept[]
  readonly referral?: { readonly concept: Concept; readonly specialty: string }
  readonly history: string
  readonly plan: string
}

const concept = (code: string, display: string): Concept => ({ code, display })
const rising = (traits: Traits, from: number, full: number, top: number) =>
  top * Math.max(0, Math.min(1, (traits.age - from) / (full - from)))

const cardiology = { concept: concept('183519002', 'Referral to cardiology service'), specialty: 'Cardiology' }
const physiotherapy = { concept: concept('308447003', 'Referral to physiotherapist'), specialty: 'Physiotherapy' }
const dermatology = { concept: concept('183518005', 'Referral to dermatology service'), specialty: 'Dermatology' }
const neurology = { concept: concept('183521007', 'Referral to neurology service'), specialty: 'Neurology' }
const elderly = {
  concept: concept('183522000', 'Referral to care of the elderly service'),
  specialty: 'Geriatric medicine',
}

export const procedures = {
  ecg: concept('29303009', 'Electrocardiographic procedure'),
  echo: concept('40701008', 'Echocardiography'),
  chestXray: concept('399208008', 'Plain X-ray of chest'),
  colonoscopy: concept('73761001', 'Colonoscopy'),
  appendicectomy: concept('80146002', 'Excision of appendix'),
  cholecystectomy: concept('38102005', 'Cholecystectomy'),
  kneeReplacement: concept('265170009', 'Total prosthetic replacement of knee joint using cement'),
  boneDensity: concept('312681000', 'Bone density scan'),
  spirometry: concept('127783003', 'Spirometry'),
  medicationReview: concept('182836005', 'Review of medication'),
  mammography: concept('24623002', 'Screening mammography'),
}

export const longProblems: readonly LongProblem[] = [
  {
    concept: concept('38341003', 'Hypertensive disorder'),
    from: 38,
    to: 80,
    chance: (t) => rising(t, 35, 75, t.bmi > 30 ? 0.65 : 0.5),
    significance: 'major',
    drugs: [['ramipril', 'amlodipine']],
    panels: ['renal', 'lipids'],
    procedures: [procedures.ecg],
    history: 'Home readings raised over two weeks. No chest pain, no headache.',
    plan: 'Start treatment, bloods, recheck blood pressure in four weeks.',
  },
  {
    concept: concept('44054006', 'Diabetes mellitus type 2'),
    from: 35,
    to: 80,
    chance: (t) => rising(t, 35, 70, t.bmi > 30 ? 0.35 : 0.12),
    significance: 'major',
    drugs: [['metformin'], ['atorvastatin']],
    panels: ['diabetes', 'renal', 'lipids'],
    history: 'Found on routine bloods. Some thirst, no weight loss.',
    plan: 'Diet and exercise advice, metformin, refer for eye screening and foot check.',
  },
  {
    concept: concept('46635009', 'Diabetes mellitus type 1'),
    from: 4,
    to: 30,
    chance: (t) => (t.age > 6 ? 0.012 : 0),
    significance: 'major',
    drugs: [['insulin-glargine']],
    panels: ['diabetes', 'renal'],
    history: 'Thirst, passing a lot of urine and weight loss over three weeks.',
    plan: 'Same day admission; shared care with the diabetes team afterwards.',
  },
  {
    concept: concept('195967001', 'Asthma'),
    from: 3,
    to: 40,
    chance: (t) => (t.age < 3 ? 0 : 0.13),
    significance: 'major',
    drugs: [['salbutamol'], ['beclometasone']],
    procedures: [procedures.spirometry],
    history: 'Cough at night and wheeze on exertion.',
    plan: 'Inhalers, technique checked, personal asthma action plan given.',
  },
  {
    concept: concept('13645005', 'Chronic obstructive lung disease'),
    from: 48,
    to: 80,
    chance: (t) => (t.smoker ? rising(t, 45, 70, 0.35) : rising(t, 50, 80, 0.03)),
    significance: 'major',
    drugs: [['salbutamol']],
    procedures: [procedures.spirometry, procedures.chestXray],
    history: 'Breathless on hills for a year, morning cough with white sputum.',
    plan: 'Spirometry, stop smoking support, pulmonary rehabilitation offered.',
  },
  {
    concept: concept('414545008', 'Ischaemic heart disease'),
    from: 50,
    to: 85,
    chance: (t) => rising(t, 48, 80, (t.sex === 'male' ? 0.22 : 0.12) * (t.smoker ? 1.6 : 1)),
    significance: 'major',
    drugs: [['aspirin', 'clopidogrel'], ['atorvastatin'], ['bisoprolol']],
    panels: ['lipids', 'renal'],
    procedures: [procedures.ecg],
    referral: cardiology,
    history: 'Central chest tightness on walking uphill, settles with rest.',
    plan: 'Refer to the rapid access chest pain clinic. Advice about calling 999.',
  },
  {
    concept: concept('49436004', 'Atrial fibrillation'),
    from: 60,
    to: 90,
    chance: (t) => rising(t, 58, 88, 0.18),
    significance: 'major',
    drugs: [['warfarin'], ['bisoprolol']],
    panels: ['renal', 'bloodCount'],
    procedures: [procedures.ecg],
    history: 'Palpitations for a month. Pulse irregular.',
    plan: 'Stroke and bleeding risk discussed, anticoagulation started.',
  },
  {
    concept: concept('84114007', 'Heart failure'),
    from: 65,
    to: 92,
    chance: (t) => rising(t, 65, 92, 0.12),
    significance: 'major',
    drugs: [['furosemide'], ['ramipril']],
    panels: ['renal'],
    procedures: [procedures.echo],
    referral: { concept: concept('134440006', 'Referral to heart failure clinic'), specialty: 'Heart failure' },
    history: 'Ankle swelling and breathless lying flat.',
    plan: 'Diuretic, daily weights, refer for echocardiogram.',
  },
  {
    concept: concept('40930008', 'Hypothyroidism'),
    from: 25,
    to: 75,
    chance: (t) => rising(t, 25, 65, t.sex === 'female' ? 0.12 : 0.03),
    significance: 'major',
    drugs: [['levothyroxine']],
    panels: ['thyroid'],
    history: 'Tired, feels the cold, some weight gain.',
    plan: 'Start levothyroxine, repeat thyroid function in eight weeks.',
  },
  {
    concept: concept('35489007', 'Depressive disorder'),
    from: 17,
    to: 70,
    chance: (t) => (t.age < 17 ? 0 : t.sex === 'female' ? 0.17 : 0.11),
    significance: 'major',
    drugs: [['citalopram', 'fluoxetine']],
    history: 'Low mood and poor sleep for two months. No thoughts of self-harm.',
    plan: 'Talking therapy information, medication discussed, review in two weeks.',
  },
  {
    concept: concept('197480006', 'Anxiety disorder'),
    from: 16,
    to: 60,
    chance: (t) => (t.age < 16 ? 0 : 0.09),
    significance: 'minor',
    history: 'Worry most days, poor concentration, occasional palpitations.',
    plan: 'Self-help resources, review in four weeks.',
  },
  {
    concept: concept('239873007', 'Osteoarthritis of knee'),
    from: 52,
    to: 85,
    chance: (t) => rising(t, 48, 80, 0.35),
    significance: 'minor',
    drugs: [['paracetamol']],
    referral: physiotherapy,
    history: 'Knee pain on stairs, stiff for ten minutes in the morning.',
    plan: 'Exercise sheet, simple pain relief, physiotherapy.',
  },
  {
    concept: concept('64859006', 'Osteoporosis'),
    from: 62,
    to: 88,
    chance: (t) => rising(t, 60, 88, t.sex === 'female' ? 0.25 : 0.06),
    significance: 'major',
    procedures: [procedures.boneDensity],
    panels: ['liver'],
    history: 'Wrist fracture after a fall from standing.',
    plan: 'Bone density scan, calcium intake reviewed, falls advice.',
  },
  {
    concept: concept('235595009', 'Gastroesophageal reflux disease'),
    from: 25,
    to: 75,
    chance: (t) => rising(t, 22, 60, 0.15),
    significance: 'minor',
    drugs: [['omeprazole']],
    history: 'Burning behind the breastbone after meals and at night. No weight loss.',
    plan: 'Lifestyle advice and a month of treatment.',
  },
  {
    concept: concept('24079001', 'Atopic dermatitis'),
    from: 0.5,
    to: 12,
    chance: (t) => (t.age < 0.6 ? 0 : 0.12),
    significance: 'minor',
    referral: dermatology,
    history: 'Dry itchy skin in the elbow and knee creases.',
    plan: 'Emollients as soap and moisturiser, review if no better.',
  },
  {
    concept: concept('21719001', 'Allergic rhinitis due to pollen'),
    from: 6,
    to: 40,
    chance: (t) => (t.age < 6 ? 0 : 0.1),
    significance: 'minor',
    history: 'Sneezing and itchy eyes each summer.',
    plan: 'Antihistamine from the pharmacy, avoid drying washing outside.',
  },
  {
    concept: concept('37796009', 'Migraine'),
    from: 12,
    to: 50,
    chance: (t) => (t.age < 12 ? 0 : t.sex === 'female' ? 0.12 : 0.05),
    significance: 'minor',
    drugs: [['ibuprofen']],
    history: 'One-sided throbbing headache with nausea, prefers a dark room.',
    plan: 'Headache diary, early simple analgesia.',
  },
  {
    concept: concept('84757009', 'Epilepsy'),
    from: 2,
    to: 60,
    chance: (t) => (t.age < 2 ? 0 : 0.012),
    significance: 'major',
    referral: neurology,
    history: 'Two witnessed generalised seizures in a month.',
    plan: 'Urgent neurology review; not to drive; safety advice for the family.',
  },
  {
    concept: concept('52448006', 'Dementia'),
    from: 72,
    to: 96,
    chance: (t) => rising(t, 70, 95, 0.3),
    significance: 'major',
    panels: ['bloodCount', 'thyroid'],
    referral: elderly,
    history: 'Daughter reports forgetfulness over two years, got lost on a familiar walk.',
    plan: 'Memory clinic, bloods, carer support information.',
  },
  {
    concept: concept('23986001', 'Glaucoma'),
    from: 50,
    to: 85,
    chance: (t) => rising(t, 48, 85, 0.09),
    significance: 'major',
    drugs: [['latanoprost']],
    history: 'Raised pressures found by the optometrist.',
    plan: 'Drops as advised by the eye clinic.',
  },
  {
    concept: concept('406506008', 'Attention deficit hyperactivity disorder'),
    from: 6,
    to: 14,
    chance: (t) => (t.age < 6 || t.age > 40 ? 0 : t.sex === 'male' ? 0.06 : 0.03),
    significance: 'major',
    history: 'School and family describe restlessness and poor attention.',
    plan: 'Community paediatric assessment.',
  },
  {
    concept: concept('35885006', 'Hyperuricaemia'),
    from: 40,
    to: 80,
    chance: (t) => rising(t, 40, 80, t.sex === 'male' ? 0.08 : 0.03),
    significance: 'minor',
    panels: ['renal'],
    history: 'Found with bloods after a swollen big toe.',
    plan: 'Diet advice, repeat in three months.',
  },
]

export const pregnancy = concept('72892002', 'Normal pregnancy')

export const familyHistory: readonly Concept[] = [
  concept('160357008', 'FH: Hypertension'),
  concept('266894000', 'FH: Cardiovascular disease'),
  concept('160377001', 'Family history of asthma'),
  concept('160347007', 'FH: Glaucoma'),
]

export const smoking = {
  never: concept('266919005', 'Never smoked tobacco'),
  former: concept('8517006', 'Ex-smoker'),
  current: concept('77176002', 'Smoker'),
}
