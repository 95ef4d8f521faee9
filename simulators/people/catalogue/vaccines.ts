/**
 * The vaccines of the UK schedule as it has stood for today's children and older people.
 * https://www.gov.uk/government/publications/the-complete-routine-immunisation-schedule
 */
import type { Concept, Sex, Vaccine } from '../person.ts'

const concept = (code: string, display: string): Concept => ({ code, display })
// For doses whose own procedure code is not at hand: the general one, with the vaccine in words.
const vaccination = concept('33879002', 'Administration of vaccine to produce active immunity')

const vaccine = (
  key: string,
  text: string,
  disease: string,
  procedure: Concept | undefined,
  cvx?: readonly [string, string],
  product?: readonly [string, string],
  route: Vaccine['route'] = 'intramuscular',
): Vaccine => ({
  key,
  text,
  disease,
  route,
  procedure: procedure ?? vaccination,
  ...(cvx && { cvx: concept(...cvx) }),
  ...(product && { product: concept(...product) }),
})

export type ScheduledDose = {
  readonly vaccine: Vaccine
  readonly dose: number
  /** Age in years at which it is due. */
  readonly age: number
  /** Only people who reach that age on or after this day. */
  readonly since: string
  readonly sex?: Sex
}

const hexa = ['146', 'DTaP,IPV,Hib,HepB'] as const
const infanrix = [
  '34765811000001105',
  'Infanrix Hexa vaccine powder and suspension for suspension for injection 0.5ml pre-filled syringes (GlaxoSmithKline UK Ltd)',
] as const
const bexsero = [
  '37430611000001107',
  'Bexsero vaccine suspension for injection 0.5ml pre-filled syringes (CST Pharma Ltd)',
] as const
const menB = ['163', 'meningococcal B, OMV'] as const
const rotarix = [
  '17992311000001107',
  'Rotarix vaccine live oral suspension 1.5ml pre-filled syringes (GlaxoSmithKline UK Ltd)',
] as const
const mmr = [
  '13968211000001108',
  'M-M-RVAXPRO vaccine powder and solvent for suspension for injection 0.5ml pre-filled syringes (Merck Sharp & Dohme Ltd)',
] as const
const gardasil = [
  '33493111000001108',
  'Gardasil 9 vaccine suspension for injection 0.5ml pre-filled syringes (Merck Sharp & Dohme Ltd)',
] as const

const sixInOne = 'Diphtheria, tetanus, pertussis, polio, Hib and hepatitis B'
const weeks = (count: number) => (count * 7) / 365.2425
const measlesMumpsRubella = concept('38598009', 'Administration of measles and mumps and rubella vaccine')

export const schedule: readonly ScheduledDose[] = [
  {
    age: weeks(8),
    dose: 1,
    since: '2017-10-01',
    vaccine: vaccine(
      '6-in-1',
      '6-in-1 first dose',
      sixInOne,
      concept(
        '1082441000000108',
        'First diphtheria, tetanus and acellular pertussis, inactivated polio, Haemophilus influenzae type b and hepatitis B vaccination',
      ),
      hexa,
      infanrix,
    ),
  },
  {
    age: weeks(12),
    dose: 2,
    since: '2017-10-01',
    vaccine: vaccine(
      '6-in-1',
      '6-in-1 second dose',
      sixInOne,
      concept(
        '1082451000000106',
        'Second diphtheria, tetanus and acellular pertussis, inactivated polio, Haemophilus influenzae type b and hepatitis B vaccination',
      ),
      hexa,
      infanrix,
    ),
  },
  {
    age: weeks(16),
    dose: 3,
    since: '2017-10-01',
    vaccine: vaccine('6-in-1', '6-in-1 third dose', sixInOne, undefined, hexa, infanrix),
  },
  {
    age: weeks(8),
    dose: 1,
    since: '2013-07-01',
    vaccine: vaccine(
      'rotavirus',
      'Rotavirus first dose',
      'Rotavirus',
      concept('868631000000102', 'First rotavirus vaccination'),
      ['119', 'rotavirus, monovalent'],
      rotarix,
      'oral',
    ),
  },
  {
    age: weeks(12),
    dose: 2,
    since: '2013-07-01',
    vaccine: vaccine(
      'rotavirus',
      'Rotavirus second dose',
      'Rotavirus',
      concept('868651000000109', 'Second rotavirus vaccination'),
      ['119', 'rotavirus, monovalent'],
      rotarix,
      'oral',
    ),
  },
  {
    age: weeks(8),
    dose: 1,
    since: '2015-09-01',
    vaccine: vaccine(
      'men-b',
      'Meningitis B first dose',
      'Meningococcal disease',
      concept('720539004', 'Administration of first dose of meningitis B vaccine'),
      menB,
      bexsero,
    ),
  },
  {
    age: weeks(16),
    dose: 2,
    since: '2015-09-01',
    vaccine: vaccine('men-b', 'Meningitis B second dose', 'Meningococcal disease', undefined, menB, bexsero),
  },
  {
    age: weeks(12),
    dose: 1,
    since: '2010-04-01',
    vaccine: vaccine(
      'pcv',
      'Pneumococcal conjugate first dose',
      'Pneumococcal disease',
      concept('247631000000101', 'First pneumococcal conjugated vaccination'),
      ['133', 'Pneumococcal conjugate PCV 13'],
    ),
  },
  {
    age: 1.01,
    dose: 2,
    since: '2010-04-01',
    vaccine: vaccine('pcv', 'Pneumococcal conjugate booster', 'Pneumococcal disease', undefined, [
      '133',
      'Pneumococcal conjugate PCV 13',
    ]),
  },
  {
    age: 1.01,
    dose: 1,
    since: '2006-09-01',
    vaccine: vaccine(
      'hib-men-c',
      'Hib and meningitis C',
      'Meningococcal disease',
      concept('428975001', 'Administration of Haemophilus influenzae type b and meningitis C vaccine'),
      undefined,
      [
        '9903711000001109',
        'Menitorix vaccine powder and solvent for solution for injection 0.5ml vials (GlaxoSmithKline UK Ltd)',
      ],
    ),
  },
  {
    age: 1.01,
    dose: 1,
    since: '1990-01-01',
    vaccine: vaccine('mmr', 'MMR first dose', 'Measles, mumps and rubella', measlesMumpsRubella, ['03', 'MMR'], mmr),
  },
  {
    age: 3.35,
    dose: 2,
    since: '1996-10-01',
    vaccine: vaccine('mmr', 'MMR second dose', 'Measles, mumps and rubella', measlesMumpsRubella, ['03', 'MMR'], mmr),
  },
  {
    age: 3.35,
    dose: 4,
    since: '2004-09-01',
    vaccine: vaccine(
      'preschool-booster',
      '4-in-1 preschool booster',
      'Diphtheria, tetanus, pertussis and polio',
      undefined,
      ['130', 'DTaP-IPV'],
      [
        '8153411000001106',
        'Diphtheria / Tetanus / Pertussis (acellular component) / Poliomyelitis (inactivated) vaccine (adsorbed) suspension for injection 0.5ml pre-filled syringes',
      ],
    ),
  },
  {
    age: 12.6,
    dose: 1,
    since: '2008-09-01',
    sex: 'female',
    vaccine: vaccine(
      'hpv',
      'HPV first dose',
      'Human papillomavirus',
      concept('428741008', 'Administration of first dose of human papilloma virus vaccine'),
      ['165', 'HPV9'],
      gardasil,
    ),
  },
  {
    age: 12.6,
    dose: 1,
    since: '2019-09-01',
    sex: 'male',
    vaccine: vaccine(
      'hpv',
      'HPV first dose',
      'Human papillomavirus',
      concept('428741008', 'Administration of first dose of human papilloma virus vaccine'),
      ['165', 'HPV9'],
      gardasil,
    ),
  },
  {
    age: 14.1,
    dose: 5,
    since: '2004-09-01',
    vaccine: vaccine(
      'teenage-booster',
      '3-in-1 teenage booster',
      'Diphtheria, tetanus and polio',
      concept('170421003', 'Administration of booster dose of poliomyelitis and tetanus vaccine'),
      ['139', 'Td(adult) unspecified formulation'],
    ),
  },
  {
    age: 14.1,
    dose: 1,
    since: '2015-09-01',
    vaccine: vaccine('men-acwy', 'Meningitis ACWY', 'Meningococcal disease', undefined, ['114', 'meningococcal MCV4P']),
  },
  {
    age: 65.1,
    dose: 1,
    since: '2003-09-01',
    vaccine: vaccine(
      'ppv',
      'Pneumococcal polysaccharide',
      'Pneumococcal disease',
      concept('12866006', 'Administration of pneumococcal vaccine'),
      ['33', 'pneumococcal polysaccharide PPV23'],
      [
        '35111211000001108',
        'Pneumococcal polysaccharide vaccine solution for injection 0.5ml vials (Alliance Healthcare (Distribution) Ltd)',
      ],
    ),
  },
  {
    age: 70.1,
    dose: 1,
    since: '2013-09-01',
    vaccine: vaccine('shingles', 'Shingles', 'Shingles', undefined, ['121', 'zoster live']),
  },
]

export const fluInjection = vaccine(
  'flu',
  'Seasonal influenza',
  'Influenza',
  concept('822851000000102', 'Seasonal influenza vaccination'),
  ['140', 'Influenza, seasonal, injectable, preservative free'],
)
export const fluNasal = vaccine(
  'flu-nasal',
  'Seasonal influenza, nasal',
  'Influenza',
  concept('884861000000100', 'Administration of first intranasal seasonal influenza vaccination'),
  ['149', 'influenza, live, intranasal, quadrivalent'],
  ['19820511000001106', 'Fluenz vaccine nasal suspension 0.2ml unit dose (AstraZeneca UK Ltd)'],
  'nasal',
)

const comirnaty = [
  '39115611000001103',
  'COVID-19 mRNA Vaccine Pfizer-BioNTech BNT162b2 30micrograms/0.3ml dose concentrate for suspension for injection multidose vials (Pfizer Ltd)',
] as const
const covid = ['208', 'COVID-19, mRNA, LNP-S, PF, 30 mcg/0.3 mL dose'] as const
export const covidDoses: readonly Vaccine[] = [
  vaccine(
    'covid-19',
    'COVID-19 first dose',
    'COVID-19',
    concept(
      '1324681000000101',
      'Administration of first dose of SARS-CoV-2 (severe acute respiratory syndrome coronavirus 2) vaccine',
    ),
    covid,
    comirnaty,
  ),
  vaccine(
    'covid-19',
    'COVID-19 second dose',
    'COVID-19',
    concept('1119350007', 'Administration of SARS-CoV-2 mRNA vaccine'),
    covid,
    comirnaty,
  ),
]
