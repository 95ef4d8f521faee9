import type { Random } from '../builders/random.ts'

/** Ways to spoil a text, a value or a word, each decided by the seed alone. */

/** Strings that have broken parsers, indexes and databases before. */
export const hostileTexts: readonly string[] = [
  '',
  ' ',
  '\t\n',
  'null',
  'true',
  '0',
  '-1',
  '1e400',
  '99999999999999999999',
  "'; drop table fhir.resource; --",
  '" or 1=1',
  '\\',
  '$1',
  '%',
  '%00',
  '\u00000',
  '\u0007',
  '\ud800',
  '\u202e\u0301\u{1f9e8}',
  'ﬁİß',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  'toString',
  '{{x}}',
  '<script>x</script>',
  'a|b|c|d',
  '|',
  ',',
  '$',
  ':',
  '#',
  '?',
  'Patient/',
  'Patient/1/_history/',
  'urn:uuid:not-a-uuid',
  'http://[::1]:99999/Patient/1',
  '2020-02-30',
  '9999-12-31T23:59:60.999999999999Z',
  '0000',
  '10000-01-01',
  'x'.repeat(300),
  'é'.repeat(5000),
]

export const hostileValues: readonly unknown[] = [
  null,
  true,
  0,
  -0.5,
  2147483648,
  1e21,
  [],
  {},
  [null],
  [[]],
  [{}],
  { resourceType: 'Patient' },
  { reference: '#' },
  { extension: [{ url: 'x' }] },
]

/** One place of a value, anywhere in it, replaced, removed, doubled or renamed. The value is changed. */
export function spoilValue(value: unknown, random: Random): void {
  const holders: (Record<string, unknown> | unknown[])[] = []
  collect(value, holders)
  if (holders.length === 0) return
  const holder = random.pick(holders)
  if (Array.isArray(holder)) {
    const index = random.integer(holder.length + 1)
    if (random.integer(3) === 0) holder.splice(index, 1)
    else if (random.integer(2) === 0 && holder.length > 0) holder.push(structuredClone(random.pick(holder)))
    else holder[index] = anything(random)
    return
  }
  const keys = Object.keys(holder)
  if (keys.length === 0) return
  const key = random.pick(keys)
  const choice = random.integer(5)
  if (choice === 0) delete holder[key]
  else if (choice === 1) {
    const renamed = random.pick(['_', 'x', 'value', '']) + key
    holder[renamed] = holder[key]
    delete holder[key]
  } else if (choice === 2 && typeof holder[key] === 'string') holder[key] = spoilWord(holder[key], random)
  else if (choice === 3)
    holder[random.pick(['extension', 'contained', 'id', 'meta', 'reference', 'notOfFhir'])] = anything(random)
  else holder[key] = anything(random)
}

export function anything(random: Random): unknown {
  return random.integer(2) === 0 ? random.pick(hostileTexts) : structuredClone(random.pick(hostileValues))
}

/** A character changed, put in or taken out, or the whole replaced. */
export function spoilWord(word: string, random: Random): string {
  const at = random.integer(word.length + 1)
  const choice = random.integer(5)
  if (choice === 0) return random.pick(hostileTexts)
  if (choice === 1) return word.slice(0, at) + random.pick(hostileTexts) + word.slice(at)
  if (choice === 2) return word.slice(0, at) + word.slice(at + 1 + random.integer(4))
  if (choice === 3) return word + word
  return word.slice(0, at) + String.fromCharCode(random.integer(0x250)) + word.slice(at + 1)
}

/** JSON text made wrong as text: cut short, keys doubled, deep, odd numbers, bytes that are no UTF-8. */
export function spoilText(text: string, random: Random): Buffer {
  const at = random.integer(text.length)
  const put = (piece: string) => Buffer.from(text.slice(0, at) + piece + text.slice(at))
  switch (random.integer(9)) {
    case 0:
      return Buffer.from(text.slice(0, at))
    case 1:
      return put(random.pick(['"', '{', '}', '[', ']', ',', ':', '\\', '\\u0000', '\\ud800', '\u0000', '1.0', 'NaN']))
    case 2:
      return Buffer.from(text.replace('{', '{"resourceType":"Basic",'))
    case 3:
      return Buffer.from(text.replace(/"id":"[^"]*"/, (id) => `${id},${id}`))
    case 4:
      return Buffer.from(`{"resourceType":"Basic","code":${'['.repeat(20_000)}${']'.repeat(20_000)}}`)
    case 5:
      return Buffer.from(text.replace(/:(\d+)/, ':$1.0e0'))
    case 6:
      return Buffer.concat([
        Buffer.from(text.slice(0, at)),
        Buffer.from([0xc3, 0x28, 0xff]),
        Buffer.from(text.slice(at)),
      ])
    case 7:
      return Buffer.from(`\ufeff${text}`)
    default:
      return Buffer.from(text.replace(/:"/g, (found) => (random.integer(10) === 0 ? ':"\\u0000' : found)))
  }
}

function collect(value: unknown, holders: (Record<string, unknown> | unknown[])[]): void {
  if (typeof value !== 'object' || value === null) return
  holders.push(value as Record<string, unknown>)
  for (const child of Object.values(value)) collect(child, holders)
}
