/**
 * People of all ages with their histories. The same seed gives the same people, and a smaller population is the beginning
 * of a larger one.
 */
import { namesByOrigin, streetKinds, streets, towns } from './catalogue/names.ts'
import { clinicians, consultant, practices } from './catalogue/places.ts'
import { addDays, addYears, ageAt, type Day, earlier } from './dates.ts'
import { emptyHistory, history } from './life/history.ts'
import { madeNhsNumbers } from './nhs-numbers.ts'
import type { Person, Special } from './person.ts'
import { random as seeded, type Random } from './random.ts'

/** The day people are described on, unless another is given. */
export const defaultAsOf: Day = '2026-10-01'

/** Their place in the population; person 0 is ordinary, with a full record to show. */
const specials: readonly (Special | undefined)[] = [
  undefined,
  'restricted',
  'superseded',
  'invalidated',
  'deceased',
  'no-gp',
  'ended-gp',
  'dissent',
  'slow',
  'failing',
  'confidential',
  'in-transit',
  'awaiting-filing',
  'areas-disabled',
  'empty-record',
  'mismatch',
]
const showcase = new Set(['38341003', '44054006', '195967001', '239873007'])
/** Ages that a population must not lack, by place. */
const fixedAges = new Map([
  [0, 63],
  [4, 84],
  [10, 57],
  [16, 0.15],
  [17, 100.4],
  [18, 1.4],
  [19, 97],
])

export function population(seed: number | string, count: number, asOf: Day = defaultAsOf): Person[] {
  const all = seeded(`weft people ${seed}`)
  const start = all.whole(0, 999_999)
  const shift = all.next()
  // Twice as many: the second half are the numbers that superseded others.
  const numbers = madeNhsNumbers(start, count * 2)
  return Array.from({ length: count }, (_, index) =>
    person(seed, index, numbers[index * 2] ?? '', numbers[index * 2 + 1] ?? '', shift, asOf),
  )
}

function person(
  seed: number | string,
  index: number,
  nhsNumber: string,
  newNumber: string,
  shift: number,
  asOf: Day,
): Person {
  const random = seeded(`weft people ${seed} ${index}`)
  const special = specials[index]
  // Steps of the golden ratio spread any number of people evenly over the ages.
  const age = fixedAges.get(index) ?? ageAtPart((shift + index * 0.6180339887) % 1)
  const birthDate = earlier(addDays(addYears(asOf, -age), -random.whole(0, 20)), addDays(asOf, -5))
  const sex = random.chance(age > 80 ? 0.6 : 0.505) ? 'female' : 'male'
  const dies =
    special === 'deceased' || (special === undefined && index > 19 && age > 60 && random.chance((age - 55) / 300))
  const deathDate = dies ? addDays(asOf, -random.whole(20, 900)) : undefined
  const practice = practices[index % practices.length] ?? fail()
  const staff = clinicians.filter(({ practiceId }) => practiceId === practice.id)
  const gp = random.pick(staff.filter(({ role }) => role === 'gp'))
  const nurse = staff.find(({ role }) => role === 'nurse') ?? gp
  const smoking =
    age < 16
      ? 'never'
      : random.weighted([
          ['never', 58],
          ['former', 27],
          ['current', 15],
        ] as const)
  const registered = laterOf(birthDate, addDays(asOf, -random.whole(400, 9000)))
  const basis = {
    index,
    sex,
    birthDate,
    end: deathDate ?? asOf,
    alive: !deathDate,
    asOf,
    practice,
    gp,
    nurse,
    consultant,
    smoking,
    adultBmi: Math.max(17.5, random.normal(27, 4)),
    stature: random.normal(0, 1),
  } as const
  return {
    id: `s${seed}p${String(index).padStart(4, '0')}`,
    nhsNumber,
    ...(special && { special }),
    ...(special === 'superseded' && { newNhsNumber: newNumber }),
    ...demographics(random.fork('who'), sex, ageAt(birthDate, asOf), index, practice.address.city),
    sex,
    birthDate,
    ...(deathDate && { deathDate }),
    practice,
    gp,
    registered,
    asOf,
    history:
      special === 'empty-record'
        ? emptyHistory
        : history(basis, staff, random.fork('life'), {
            problems: index === 0 || special === 'confidential' ? showcase : new Set(),
            allergic: index === 0,
          }),
  }
}

/** Roughly the shape of the population of England: even up to 75, then thinning out to 100. */
function ageAtPart(part: number): number {
  return part < 0.88 ? (part / 0.88) * 75 : 75 + 25 * ((part - 0.88) / 0.12) ** 1.6
}

function demographics(random: Random, sex: 'male' | 'female', age: number, index: number, city: string) {
  const origin = random.weighted(namesByOrigin.map((each) => [each, each.weight] as const))
  const first = random.pick(origin[sex])
  const second = random.pick(origin[sex])
  const family = random.pick(origin.family)
  const married = age > 24 && random.chance(0.55)
  const former = sex === 'female' && married && random.chance(0.4) ? random.pick(origin.family) : undefined
  const town = towns.find((each) => each.city === city) ?? towns[0]
  const three = String(index % 1000).padStart(3, '0')
  return {
    prefix: age < 16 ? (sex === 'male' ? 'Master' : 'Miss') : sex === 'male' ? 'Mr' : married ? 'Mrs' : 'Ms',
    given: first === second || random.chance(0.45) ? [first] : [first, second],
    family,
    ...(former && former !== family && { formerFamily: former }),
    address: {
      line: [`${random.whole(1, 140)} ${random.pick(streets)} ${random.pick(streetKinds)}`],
      city,
      postcode: `${town.area}${town.district} ${random.whole(1, 9)}${random.pick(['AB', 'DF', 'HJ', 'LN', 'QR', 'TU'])}`,
    },
    phone: `${town.phone} 0${three}`,
    ...(age > 11 && random.chance(0.85) && { mobile: `07700 900${three}` }),
    ...(age > 17 && random.chance(0.7) && { email: `${plain(first)}.${plain(family)}.${index}@example.org` }),
    ethnicity: origin.ethnicity,
    married,
  }
}

const plain = (name: string) =>
  name
    .normalize('NFD')
    .replaceAll(/[^A-Za-z]/g, '')
    .toLowerCase()
const laterOf = (a: Day, b: Day) => (a > b ? a : b)
const fail = (): never => {
  throw new RangeError('There are no practices')
}
