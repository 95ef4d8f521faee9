import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aMedication, aProblem, convert, type Made } from '../../../test/builders/gp-bundle.ts'
import { serialise } from '../xml/serialise.ts'

const many = <T>(made: (at: number) => T): T[] => Array.from({ length: 300 }, (_, at) => made(at))

test('a name the size of a book that all of a record refers to makes no document of thousands of books', () => {
  const long = 'Book '.repeat(20_000)
  const referring = many((at) => ({
    ...(aMedication()[1] as Made),
    id: `s${at}`,
    basedOn: [],
    informationSource: { reference: 'Practitioner/x' },
  }))
  for (const resources of [
    [{ resourceType: 'Medication', id: 'm', code: { text: long } }, ...referring],
    [{ resourceType: 'Practitioner', id: 'x', name: [{ text: long }] }, ...referring],
    [
      { resourceType: 'Practitioner', id: 'x', name: [{ text: 'Dr X' }] },
      {
        resourceType: 'PractitionerRole',
        practitioner: { reference: 'Practitioner/x' },
        organization: { reference: 'Organization/y' },
      },
      { resourceType: 'Organization', id: 'y', name: long },
      ...referring,
    ],
  ]) {
    const document = convert(...resources)
    assert.ok(serialise(document.value).length < 4_000_000)
    const told = document.issues.filter((issue) => /too long to be told in full each time/.test(issue.text))
    assert.equal(told.length, 1)
  }
})

test('a long name that few refer to is told in full', () => {
  const long = `Tablets ${'with words '.repeat(200)}`.trim()
  const document = convert({ resourceType: 'Medication', id: 'm', code: { text: long } }, ...aMedication().slice(1))
  assert.ok(serialise(document.value).includes(long))
  const plain = convert(...many((at) => aProblem({ id: `p${at}` })))
  assert.equal(
    plain.issues.some((issue) => /too long/.test(issue.text)),
    false,
  )
})
