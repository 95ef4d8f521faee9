import assert from 'node:assert/strict'
import { test } from 'node:test'
import { madeBundles, madeResources, uuidOf } from './bundles.ts'
import { ageAt, daysBetween, yearsAt } from './dates.ts'
import { egfr } from './life/laboratory.ts'
import type { Person } from './person.ts'
import { defaultAsOf, population } from './population.ts'
import type { Resource } from '../../src/standards/fhir/types.ts'

const people = population(1, 200)
const many = [...people, ...population(2, 120), ...population('x', 80, '2024-02-29')]
const resources = [...madeResources()]

test('the same seed gives the same bytes, another seed other people', () => {
  const once = JSON.stringify([...madeBundles({ seed: 7, people: 25 })])
  assert.equal(JSON.stringify([...madeBundles({ seed: 7, people: 25 })]), once)
  assert.notEqual(JSON.stringify([...madeBundles({ seed: 8, people: 25 })]), once)
})

test('a smaller population is the beginning of a larger one', () => {
  assert.deepEqual(population(3, 12), population(3, 40).slice(0, 12))
})

test('there are people of every age from newborn to a hundred', () => {
  const decades = new Set(people.map(({ birthDate, asOf }) => Math.floor(ageAt(birthDate, asOf) / 10)))
  assert.deepEqual(
    [...decades].sort((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  )
  assert.ok(people.some(({ birthDate }) => ageAt(birthDate, defaultAsOf) < 0.5))
  const women = people.filter(({ sex }) => sex === 'female').length
  assert.ok(women > 70 && women < 130, `${women} women`)
})

test('NHS numbers are unique, of the test range, and their check digits are right', () => {
  const numbers = many
    .slice(0, 200)
    .flatMap(({ nhsNumber, newNhsNumber }) => (newNhsNumber ? [nhsNumber, newNhsNumber] : [nhsNumber]))
  assert.equal(new Set(numbers).size, numbers.length)
  for (const number of numbers) {
    assert.match(number, /^999\d{7}$/)
    const sum = [...number].reduce((total, digit, at) => total + Number(digit) * (at === 9 ? 1 : 10 - at), 0)
    assert.equal(sum % 11, 0, number)
  }
})

test('nothing happens before birth, after death or after the day described, but for what is planned', () => {
  for (const person of many) {
    const last = person.deathDate ?? person.asOf
    const { diary, appointments, ...history } = person.history
    for (const day of daysOf(history)) assert.ok(day >= person.birthDate && day <= last, `${person.id} ${day}`)
    for (const { due, authored } of diary)
      assert.ok(authored <= last && due > person.asOf && !person.deathDate, person.id)
    for (const { day, status } of appointments) {
      assert.ok(day >= person.birthDate, person.id)
      if (status === 'booked') assert.ok(day > person.asOf && !person.deathDate, person.id)
      else assert.ok(day <= last, `${person.id} ${day}`)
    }
  }
})

test('what is written belongs to a visit of the same person', () => {
  for (const { id, history } of many) {
    const visits = new Set(history.consultations.map(({ key }) => key))
    const { consultations: _, noKnownAllergy, ...lists } = history
    for (const each of [...Object.values(lists).flat(), ...(noKnownAllergy ? [noKnownAllergy] : [])]) {
      if ('consultation' in each && each.consultation)
        assert.ok(visits.has(each.consultation), `${id} ${each.consultation}`)
    }
  }
})

test('no man is pregnant, and no child or grandmother', () => {
  const pregnancies = many.flatMap((person) =>
    person.history.problems
      .filter(({ concept }) => concept.code === '72892002')
      .map((problem) => ({ person, problem })),
  )
  assert.ok(pregnancies.length > 5)
  for (const { person, problem } of pregnancies) {
    assert.equal(person.sex, 'female')
    const age = yearsAt(person.birthDate, problem.onset)
    assert.ok(age >= 18 && age < 45, `${person.id} at ${age}`)
    if (problem.ended) assert.ok(daysBetween(problem.onset, problem.ended) < 250)
  }
})

test('an infant vaccine is given to infants', () => {
  for (const { id, birthDate, history } of many) {
    for (const { vaccine, dose, day } of history.vaccinations) {
      const age = ageAt(birthDate, day)
      if (vaccine.key === '6-in-1' || vaccine.key === 'rotavirus' || vaccine.key === 'men-b')
        assert.ok(age > 0.14 && age < 0.5, `${id} ${age}`)
      if (vaccine.key === 'mmr') assert.ok(age > 0.99 && age < 3.7 && dose <= 2, `${id} ${age}`)
      if (vaccine.key === 'hpv') assert.ok(age > 12 && age < 14, `${id} ${age}`)
      if (vaccine.key === 'shingles') assert.ok(age >= 70, `${id} ${age}`)
    }
  }
  const toddlers = people.filter(({ birthDate, asOf }) => ageAt(birthDate, asOf) > 1.2 && ageAt(birthDate, asOf) < 8)
  assert.ok(toddlers.length > 5)
  const covered = toddlers.filter(({ history }) => history.vaccinations.length >= 6)
  assert.ok(covered.length > toddlers.length * 0.8, `${covered.length} of ${toddlers.length}`)
})

test('a diabetic has a raised HbA1c and a treatment; others have neither', () => {
  const diabetic = (person: Person) =>
    person.history.problems.some(({ concept }) => ['44054006', '46635009'].includes(concept.code))
  const hba1c = (person: Person) =>
    person.history.reports.flatMap(({ results }) => results).filter(({ measure }) => measure.key === 'hba1c')
  const takes = (person: Person) =>
    person.history.medications.some(({ drug }) => ['metformin', 'insulin-glargine'].includes(drug.key))
  assert.ok(many.filter(diabetic).length > 8)
  for (const person of many) {
    assert.equal(takes(person), diabetic(person), person.id)
    for (const { value, day } of hba1c(person)) {
      if (!diabetic(person)) assert.ok(value < 42, `${person.id} ${value}`)
      else if (person.history.problems.some((each) => each.concept.code === '44054006' && each.onset <= day))
        assert.ok(value >= 48)
    }
  }
})

test('nobody is prescribed what they are allergic to', () => {
  for (const { id, history } of many) {
    const codes = history.allergies.map(({ concept }) => concept.code)
    const drugs = history.medications.map(({ drug }) => drug.key)
    if (codes.includes('91936005')) assert.ok(!drugs.includes('amoxicillin'), id)
    if (codes.includes('293586001')) assert.ok(!drugs.includes('aspirin') && !drugs.includes('ibuprofen'), id)
  }
})

test('height, weight and BMI agree, children grow, and vital signs are those of a living body', () => {
  let checked = 0
  for (const { id, history, birthDate } of many) {
    const of = (key: string, visit: string) =>
      history.measurements.find((each) => each.measure.key === key && each.consultation === visit)?.value
    for (const { measure, value, consultation } of history.measurements) {
      assert.ok(value >= 0 && Number.isFinite(value), id)
      if (measure.key !== 'bmi') continue
      const height = of('height', consultation) ?? 0
      assert.equal(value, Math.round(((of('weight', consultation) ?? 0) / (height / 100) ** 2) * 10) / 10, id)
      assert.ok(value > 11 && value < 50, `${id} ${value}`)
      checked++
    }
    const heights = history.measurements
      .filter(({ measure }) => measure.key === 'height')
      .sort((a, b) => (a.day < b.day ? -1 : 1))
    heights.reduce(
      (before, now) => {
        if (ageAt(birthDate, now.day) < 16) assert.ok(now.value >= before.value, `${id} shrinks`)
        return now
      },
      heights[0] as (typeof heights)[number],
    )
    for (const { systolic, diastolic } of history.bloodPressures)
      assert.ok(systolic > diastolic && systolic < 220 && diastolic >= 40, id)
  }
  assert.ok(checked > 150)
})

test('an eGFR follows from the creatinine of the same report', () => {
  let checked = 0
  for (const { id, sex, birthDate, history } of many) {
    for (const { results, day } of history.reports) {
      const value = (key: string) => results.find(({ measure }) => measure.key === key)?.value
      const creatinine = value('creatinine')
      if (creatinine === undefined) continue
      assert.equal(value('egfr'), Math.min(120, Math.round(egfr(creatinine, ageAt(birthDate, day), sex))), id)
      checked++
    }
  }
  assert.ok(checked > 20)
})

test('every special patient of the gateway is there once', () => {
  const marks = people.flatMap(({ special }) => special ?? [])
  assert.equal(new Set(marks).size, marks.length)
  assert.equal(marks.length, 15)
  assert.ok(people.find(({ special }) => special === 'deceased')?.deathDate)
  assert.deepEqual(people.find(({ special }) => special === 'empty-record')?.history.problems, [])
})

test('loading stays quick: some ten thousand resources, every one with its own id', () => {
  assert.ok(resources.length > 6_000 && resources.length < 12_000, `${resources.length} resources`)
  assert.equal(new Set(resources.map(({ resourceType, id }) => `${resourceType}/${id}`)).size, resources.length)
  for (const { id } of resources) assert.match(id ?? '', /^[A-Za-z0-9.-]{1,64}$/)
})

test('no reference dangles, and each points to what was loaded before or with it', () => {
  const known = new Set<string>()
  for (const bundle of madeBundles({ people: 60 })) {
    const own = new Set(bundle.entry?.map(({ fullUrl }) => fullUrl))
    for (const { resource, request } of bundle.entry ?? []) {
      assert.equal(request?.url, `${resource?.resourceType}/${resource?.id}`)
      known.add(`${resource?.resourceType}/${resource?.id}`)
    }
    for (const reference of bundle.entry?.flatMap(({ resource }) => referencesOf(resource)) ?? []) {
      assert.ok(own.has(reference) || known.has(reference), reference)
    }
  }
})

test('no two people have booked the same slot, and a booked slot is busy', () => {
  const booked = resources
    .filter((each) => each.resourceType === 'Appointment' && each.status === 'booked')
    .flatMap(referencesOf)
    .filter((each) => each.startsWith('Slot/'))
  assert.ok(booked.length > 20)
  assert.equal(new Set(booked).size, booked.length)
  const busy = resources
    .filter((each) => each.resourceType === 'Slot' && each.status === 'busy')
    .map(({ id }) => `Slot/${id}`)
  assert.deepEqual(busy.sort(), booked.sort())
})

test('resources hold no empty value', () => {
  const empties = (value: unknown): boolean =>
    value === undefined ||
    value === null ||
    value === '' ||
    (Array.isArray(value) && (value.length === 0 || value.some(empties))) ||
    (typeof value === 'object' && (Object.keys(value).length === 0 || Object.values(value).some(empties)))
  for (const resource of resources) assert.ok(!empties(resource), `${resource.resourceType}/${resource.id}`)
})

test('a UUID made from a text is a UUID', () => {
  assert.match(
    uuidOf('Patient/s1p0001'),
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  )
})

/** Every day that occurs in a history, batch expiry aside. */
function daysOf(value: unknown, name = ''): string[] {
  if (typeof value === 'string') return name !== 'expires' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? [value] : []
  if (Array.isArray(value)) return value.flatMap((each) => daysOf(each, name))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => daysOf(inner, key))
}

function referencesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesOf)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value as Resource).flatMap(([name, inner]) =>
    name === 'reference' && typeof inner === 'string' ? [inner] : referencesOf(inner),
  )
}
