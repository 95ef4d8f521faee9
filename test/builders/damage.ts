import type { Random } from './random.ts'

/** What careless software puts where something else belongs. */
const nasty: readonly unknown[] = [
  null,
  '',
  ' ',
  0,
  -1,
  true,
  [],
  {},
  [[]],
  [null],
  { reference: '#' },
  { coding: [null, 'x', {}] },
  'x'.repeat(300),
  '\u0000\ud800',
  { value: {} },
  Number.POSITIVE_INFINITY,
  '2019-13-45T99:99',
  'a b  c',
  '-',
  '1e5',
  '<x>',
  { coding: [{ system: 'http://snomed.info/sct', code: 'a b' }] },
  { coding: [{ system: 'not a uri', code: '1', display: 'd' }] },
  [{ value: 'x' }],
  1e19,
]

/** A record with elements dropped or replaced and lists reversed: about one in thirty, the same for the same random numbers. */
export function damaged(value: unknown, random: Random, depth = 0): unknown {
  if (Array.isArray(value)) {
    const list = value.map((one) => damaged(one, random, depth + 1))
    return random.next() < 0.02 ? list.toReversed() : list
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
      if (depth > 2 && key !== 'resourceType' && random.next() < 0.04)
        return random.next() < 0.4 ? [] : [[key, random.pick(nasty)]]
      return [[key, damaged(inner, random, depth + 1)]]
    }),
  )
}
