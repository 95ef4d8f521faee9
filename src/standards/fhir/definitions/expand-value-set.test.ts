import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expandValueSet, type CodeSystem, type ValueSet } from './expand-value-set.ts'

const animals: CodeSystem = {
  resourceType: 'CodeSystem',
  url: 'animals',
  content: 'complete',
  concept: [
    { code: 'mammal', concept: [{ code: 'cat' }, { code: 'dog' }] },
    { code: 'bird' },
    { code: 'owl', property: [{ code: 'subsumedBy', valueCode: 'bird' }] },
  ],
}
const expandOne = (...sets: ValueSet[]) =>
  expandValueSet(sets[0]?.url ?? '', {
    valueSets: new Map(sets.map((set) => [set.url, set])),
    codeSystems: new Map([[animals.url, animals]]),
  })
const aValueSet = (url: string, compose: NonNullable<ValueSet['compose']>): ValueSet => ({
  resourceType: 'ValueSet',
  url,
  compose,
})

test('a whole code system, less what is excluded', () => {
  const set = aValueSet('a', {
    include: [{ system: 'animals' }],
    exclude: [{ system: 'animals', concept: [{ code: 'dog' }] }],
  })
  assert.deepEqual(expandOne(set), [{ system: 'animals', codes: ['mammal', 'cat', 'bird', 'owl'] }])
})

test('is-a follows nesting and subsumedBy, and includes the concept itself', () => {
  const isA = (value: string) =>
    aValueSet('a', { include: [{ system: 'animals', filter: [{ property: 'concept', op: 'is-a', value }] }] })
  assert.deepEqual(expandOne(isA('mammal')), [{ system: 'animals', codes: ['mammal', 'cat', 'dog'] }])
  assert.deepEqual(expandOne(isA('bird')), [{ system: 'animals', codes: ['bird', 'owl'] }])
})

test('a value set of value sets is their union; one that leads back to itself has no list', () => {
  const b = aValueSet('b', { include: [{ system: 'animals', concept: [{ code: 'owl' }] }] })
  const c = aValueSet('c', { include: [{ system: 'plants', concept: [{ code: 'oak' }] }] })
  assert.deepEqual(expandOne(aValueSet('a', { include: [{ valueSet: ['b|1.0'] }, { valueSet: ['c'] }] }), b, c), [
    { system: 'animals', codes: ['owl'] },
    { system: 'plants', codes: ['oak'] },
  ])
  assert.equal(expandOne(aValueSet('a', { include: [{ valueSet: ['a'] }] })), undefined)
})

test('an unknown code system cannot be listed', () => {
  assert.equal(expandOne(aValueSet('a', { include: [{ system: 'urn:ietf:bcp:13' }] })), undefined)
})
