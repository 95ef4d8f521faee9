/** The practices, the hospital and the people who work there. They are the same for every seed. */
import type { Clinician, Practice, Sex, Supplier } from '../person.ts'
import { towns } from './names.ts'

const practice = (
  n: number,
  supplier: Supplier,
  name: string,
  town: (typeof towns)[number],
  street: string,
): Practice => ({
  id: `practice-${n}`,
  odsCode: `Z9990${n}`,
  name,
  supplier,
  address: { line: [street], city: town.city, postcode: `${town.area}${town.district} ${n}AA` },
  phone: `${town.phone} 0${n}00`,
})

export const practices: readonly Practice[] = [
  practice(1, 'emis', 'Spindle Lane Surgery', towns[0], '12 Spindle Lane'),
  practice(2, 'tpp', 'Weavers Row Medical Centre', towns[1], '3 Weavers Row'),
  practice(3, 'medicus', 'Linen Street Practice', towns[2], '48 Linen Street'),
  practice(4, 'emis', 'Harebell Health Centre', towns[3], '1 Harebell Close'),
]

/** Where people are sent to and admitted. */
export const hospital = {
  id: 'hospital-1',
  odsCode: 'ZH991',
  name: 'Aire Valley General Hospital',
  address: { line: ['Infirmary Road'], city: 'Leeds', postcode: 'LS17 9ZZ' },
  phone: '0113 496 0999',
} as const

const staff: readonly (readonly [string, string, Sex])[] = [
  ['Helen', 'Armitage', 'female'],
  ['Sunil', 'Mehta', 'male'],
  ['Joanne', 'Baxter', 'female'],
  ['Gareth', 'Pugh', 'male'],
  ['Oluwaseun', 'Adesina', 'female'],
  ['Martin', 'Hey', 'male'],
  ['Farah', 'Siddiqui', 'female'],
  ['Ciaran', 'Doyle', 'male'],
  ['Rebecca', 'Lund', 'female'],
  ['Pavel', 'Novotny', 'male'],
  ['Grace', 'Tetteh', 'female'],
  ['Duncan', 'Rae', 'male'],
]

/** Two doctors and a nurse for each practice. */
export const clinicians: readonly Clinician[] = staff.map(([given, family, sex], at) => {
  const role = at % 3 === 2 ? 'nurse' : 'gp'
  return {
    id: `clinician-${at + 1}`,
    prefix: role === 'gp' ? 'Dr' : sex === 'female' ? 'Ms' : 'Mr',
    given,
    family,
    sex,
    role,
    practiceId: `practice-${Math.floor(at / 3) + 1}`,
  }
})

export const consultant: Clinician = {
  id: 'clinician-13',
  prefix: 'Dr',
  given: 'Amara',
  family: 'Whitfield',
  sex: 'female',
  role: 'consultant',
  practiceId: hospital.id,
}
