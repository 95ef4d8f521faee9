/** A record as it should not be: out of order, with references to nothing, elements lost or of the wrong kind. Seeded. */
import type { Random } from '../../../simulators/people/random.ts'
import type { Bundle, BundleEntry } from '../../../src/standards/fhir/types.ts'

type Json = Record<string, unknown>
type Place = { readonly holder: Json | unknown[]; readonly name: string | number }

/** The Bundle stays a Bundle whose entries have resources; anything inside them may change. */
export function mangle(bundle: Bundle, random: Random, changes: number): Bundle {
  const copy = structuredClone(bundle)
  const entry = (copy.entry ??= [])
  for (let n = 0; n < changes; n++) random.pick(manglers)(entry, random)
  return copy
}

type Mangler = (entries: BundleEntry[], random: Random) => void

const manglers: readonly Mangler[] = [
  (entries, random) => {
    for (let at = entries.length - 1; at > 0; at--) {
      const other = random.whole(0, at)
      const kept = entries[at]
      if (kept && entries[other]) [entries[at], entries[other]] = [entries[other], kept]
    }
  },
  (entries, random) => {
    const found = places(entries, (name) => name === 'reference')
    set(found, random, () =>
      random.pick([
        'Observation/nowhere',
        'nowhere',
        '',
        '#gone',
        'urn:uuid:5b0c1d0e-0000-4000-8000-000000000000',
        'http://elsewhere.example/Patient/1',
        7,
        null,
      ]),
    )
  },
  (entries, random) => {
    const at = random.whole(0, entries.length - 1)
    if (entries[at]?.resource?.resourceType !== 'Patient') entries.splice(at, 1)
  },
  (entries, random) => {
    const twin = random.pick(entries)
    if (twin.resource?.resourceType !== 'Patient') entries.push(structuredClone(twin))
  },
  (entries, random) => {
    const { holder, name } = random.pick(places(entries, (name) => name !== 'resource' && name !== 'resourceType'))
    if (Array.isArray(holder)) holder.splice(Number(name), 1)
    else delete holder[name]
  },
  (entries, random) => {
    const found = places(entries, (name) => name !== 'resource' && name !== 'resourceType')
    set(found, random, (was) =>
      random.pick([
        null,
        '',
        0,
        -1,
        true,
        [],
        {},
        [was],
        { value: was },
        'x'.repeat(300),
        ['a', 'b'],
        { coding: 'x' },
        { reference: {} },
      ]),
    )
  },
  (entries, random) => {
    const found = places(entries, (name) => /date|time|start|end|issued|authored|recorded/i.test(String(name)))
    set(found, random, () =>
      random.pick([
        '2019-13-45',
        '2019-02-30',
        '0000-00-00',
        '31/12/2018',
        '2024-01-01T25:00:00Z',
        'T',
        '20',
        '2019-1-1',
        '9999-12-31T23:59:60+14:00',
        20190101,
      ]),
    )
  },
  (entries, random) => {
    const found = places(entries, (name) => /text|comment|display|title|description|value/i.test(String(name)))
    set(found, random, () =>
      random.pick([
        '\u0001\u000b\u001f',
        '<script>alert(1)</script>',
        ']]>&amp;&',
        '\ud800 half',
        '\ufffe\uffff',
        ' \t\n ',
        '\u202e\u00a0',
        '--> <!--',
        'é😀',
      ]),
    )
  },
  (entries, random) => {
    const found = places(
      entries,
      (name) => name === 'code' || name === 'system' || name === 'status' || name === 'unit',
    )
    set(found, random, () =>
      random.pick([
        '',
        ' 1 2 ',
        'unheard-of',
        '196421000000109',
        'UNK',
        'http://hl7.org/fhir/v3/NullFlavor',
        '<',
        12,
        null,
      ]),
    )
  },
  (entries, random) => {
    const lists = entries.flatMap(({ resource }) => (resource?.resourceType === 'List' ? [resource] : []))
    if (lists.length === 0) return
    const list = random.pick(lists)
    const other = random.pick(lists)
    list.entry = [
      ...(Array.isArray(list.entry) ? list.entry : []),
      { item: { reference: `List/${other.id}` } },
      { item: { reference: `List/${list.id}` } },
    ]
  },
]

/** Wherever a name below the entries fits. */
function places(entries: readonly BundleEntry[], fits: (name: string | number) => boolean): Place[] {
  const found: Place[] = []
  const walk = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return
    const holder = value as Json | unknown[]
    for (const [key, inner] of Object.entries(holder)) {
      const name = Array.isArray(holder) ? Number(key) : key
      if (fits(name)) found.push({ holder, name })
      walk(inner)
    }
  }
  for (const { resource } of entries) walk(resource)
  return found
}

function set(found: readonly Place[], random: Random, value: (was: unknown) => unknown): void {
  if (found.length === 0) return
  const { holder, name } = random.pick(found)
  const open = holder as Record<string | number, unknown>
  open[name] = value(open[name])
}
