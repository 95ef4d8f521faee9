import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quantityText } from './value.ts'

test('a quantity in words says what the record says of it and no more', () => {
  for (const [quantity, words] of [
    [{ value: '5', unit: 'ml' }, '5 ml'],
    [{ value: '1.50', code: 'kg' }, '1.50 kg'],
    [{ value: '28', comparator: '<', unit: 'mmol/L' }, '< 28 mmol/L'],
    [{ value: '30' }, '30'],
    [{ value: undefined, unit: 'tablet' }, 'tablet'],
    // A unit that means something else than its code: either may be the one that was meant.
    [{ value: '8', unit: 'm', code: 'min' }, '8 m (coded as min)'],
  ] as const)
    assert.equal(quantityText(quantity), words)
})
