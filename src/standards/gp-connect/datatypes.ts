import type {
  Address,
  Coded,
  Coding,
  Fact,
  HumanName,
  Identifier,
  Note,
  Party,
  Quantity,
  Telecom,
  Value,
  When,
} from '../ccda/record.ts'
import { quantityText } from '../ccda/entries/value.ts'
import { array, boolean, type Json, object, objects, rawString } from './json.ts'
import type { Source } from './source.ts'

/** FHIR's datatypes as the record holds them. https://hl7.org/fhir/STU3/datatypes.html */
export type Datatypes = ReturnType<typeof readDatatypes>

export function readDatatypes(source: Source, party: (reference: unknown) => Party | undefined) {
  const text = source.text
  /** A string with something in it besides white space. */
  const word = (value: unknown): string | undefined => {
    const words = text(value)
    if (words === undefined || (isInk(words.charCodeAt(0)) && isInk(words.charCodeAt(words.length - 1)))) return words
    const trimmed = words.trim()
    return trimmed === '' ? undefined : trimmed
  }

  const coding = (value: Json): Coding => {
    const system = word(value.system)
    // Measured: codes with spaces in front.
    const code = word(value.code)
    const display = word(value.display)
    return value.userSelected === true ? { system, code, display, userSelected: true } : { system, code, display }
  }

  const coded = (value: unknown): Coded | undefined => {
    const concept = object(value)
    if (!concept) return undefined
    const raw = objects(concept.coding)
    // Most have one, and an array of one is made in less than one that grows.
    const codings = raw.length === 1 ? [coding(raw[0] as Json)] : raw.map(coding)
    const words = word(concept.text) ?? termOf(raw, codings)
    return words === undefined && codings.length === 0 ? undefined : { codings, text: words ?? '' }
  }
  /** What a concept is called that has no words of its own. */
  const termOf = (raw: readonly Json[], codings: readonly Coding[]): string | undefined => {
    // The term that was chosen, where it is not the preferred one for its code.
    for (const one of raw) {
      const term = one.extension === undefined ? undefined : chosenTerm(one)
      if (term !== undefined) return term
    }
    // "No information" is no term to show: the document says it with a nullFlavor.
    let named: Coding | undefined
    let code: string | undefined
    for (const one of codings) {
      if (isNull(one)) continue
      if (one.display !== undefined && (named === undefined || (one.userSelected && !named.userSelected))) named = one
      code ??= one.code
    }
    return named?.display ?? code
  }
  const chosenTerm = (value: Json): string | undefined => {
    for (const outer of objects(value.extension))
      for (const inner of objects(outer.extension))
        if (isOfDisplay(rawString(inner.url))) return word(inner.valueString)
    return undefined
  }

  const identifiers = (value: unknown): Identifier[] => {
    const all = objects(value)
    const only = all.length === 1 ? identifier(all[0] as Json) : undefined
    return only ? [only] : all.map(identifier).filter((one) => one !== undefined)
  }
  const identifier = (from: Json): Identifier | undefined => {
    const value = word(from.value)
    return value === undefined ? undefined : { system: word(from.system), value }
  }

  const quantity = (value: unknown): Quantity | undefined => {
    const one = object(value)
    if (!one) return undefined
    const digits = rawString(one.value)
    const unit = word(one.unit)
    const code = word(one.code)
    const comparator = word(one.comparator)
    if (digits === undefined && unit === undefined && code === undefined) return undefined
    const made: Writable<Quantity> = { value: digits }
    if (comparator !== undefined) made.comparator = comparator
    if (unit !== undefined) made.unit = unit
    if (code !== undefined) made.code = code
    if (one.system === 'http://unitsofmeasure.org') made.ucum = true
    return made
  }

  /** A quantity in words. */
  const amount = (value: unknown): string | undefined => {
    const found = quantity(value)
    return found && quantityText(found)
  }

  const period = (value: unknown): When | undefined => {
    const one = object(value)
    if (!one) return undefined
    const start = text(one.start)
    const end = text(one.end)
    if (start === undefined) return end === undefined ? undefined : { end }
    return end === undefined ? { start } : { start, end }
  }

  const value = (from: Json): Value | undefined => {
    const measured = quantity(from.valueQuantity)
    if (measured)
      return approximate(object(from.valueQuantity))
        ? { kind: 'quantity', quantity: measured, approximate: true }
        : { kind: 'quantity', quantity: measured }
    const concept = coded(from.valueCodeableConcept)
    if (concept) return { kind: 'coded', coded: concept }
    const words = text(from.valueString)
    if (words !== undefined) return { kind: 'text', text: words }
    const when = text(from.valueDateTime) ?? text(from.valueInstant) ?? text(from.valueDate)
    if (when !== undefined) return { kind: 'time', when }
    const truth = boolean(from.valueBoolean)
    if (truth !== undefined) return { kind: 'boolean', value: truth }
    const span = period(from.valuePeriod)
    if (span) return { kind: 'period', when: span }
    const range = object(from.valueRange)
    if (range) {
      const low = quantity(range.low)
      const high = quantity(range.high)
      if (low || high) return { kind: 'range', ...(low && { low }), ...(high && { high }) }
    }
    const ratio = object(from.valueRatio)
    if (ratio) {
      const numerator = quantity(ratio.numerator)
      const denominator = quantity(ratio.denominator)
      if (numerator && denominator) return { kind: 'ratio', numerator, denominator }
    }
    for (const key in from)
      if (key === 'valueAttachment') return { kind: 'text', text: heldText(from.valueAttachment) }
      else if (key.startsWith('value') && /^value[A-Z]/.test(key) && from[key] !== '' && from[key] !== null)
        return { kind: 'text', text: text(rawString(from[key]) ?? JSON.stringify(from[key])) ?? '' }
    return undefined
  }
  /** What an attachment is called and how much it holds, which stays where it is. */
  const heldText = (value: unknown): string => {
    const held = object(value)
    const bytes = rawString(held?.data)
    if (bytes !== undefined)
      source.issue({
        severity: 'warning',
        text: 'Contents that the record holds are not included in the document',
        resource: source.current.key,
      })
    const words = ['title', 'contentType', 'url', 'creation', 'language', 'size', 'hash'].map((name) =>
      text(held?.[name]),
    )
    const contents =
      bytes && `held in the record, ${bytes.length} characters in base64, and not included in this document`
    return [...words, contents].filter(Boolean).join(', ')
  }
  const approximate = (amount: Json | undefined): boolean =>
    objects(amount?.extension).some(
      (one) => one.valueBoolean === true && /ValueApproximation/.test(rawString(one.url) ?? ''),
    )

  const notes = (value: unknown): Note[] => {
    const found: Note[] = []
    for (const one of array(value)) {
      const note = object(one)
      const words = text(note ? note.text : one)
      if (words === undefined || words.trim() === '') continue
      const time = text(note?.time)
      const name = text(note?.authorString)
      const by =
        note?.authorReference === undefined ? (name === undefined ? undefined : { name }) : party(note.authorReference)
      const made: Writable<Note> = { text: words }
      if (time !== undefined) made.time = time
      if (by) made.by = by
      found.push(made)
    }
    return found
  }

  const names = (value: unknown): HumanName[] =>
    objects(value).map((one) => {
      const use = text(one.use)
      const words = word(one.text)
      // A few systems send the family name as an array, as an older FHIR had it.
      const family = array(one.family).map(text).filter(Boolean).join(' ').trim()
      return {
        ...(use && { use }),
        ...(words && { text: words }),
        ...(family && { family }),
        given: strings(one.given),
        prefix: strings(one.prefix),
        suffix: strings(one.suffix),
        ...optional('period', period(one.period)),
      }
    })
  const strings = (value: unknown): string[] => {
    const found: string[] = []
    for (const one of array(value)) {
      const words = word(one)
      if (words) found.push(words)
    }
    return found
  }

  const addresses = (value: unknown): Address[] =>
    objects(value).map((one) => {
      const words = word(one.text)
      const lines = strings(one.line)
      return {
        ...optional('use', text(one.use)),
        lines: lines.length === 0 && words && !one.city && !one.postalCode ? words.split(/\s*[\n,]\s*/) : lines,
        ...optional('city', word(one.city)),
        ...optional('district', word(one.district)),
        ...optional('state', word(one.state)),
        ...optional('postalCode', word(one.postalCode)),
        ...optional('country', word(one.country)),
        ...optional('type', text(one.type)),
        ...optional('period', period(one.period)),
      }
    })

  const telecoms = (value: unknown): Telecom[] => {
    const found: Telecom[] = []
    for (const one of objects(value)) {
      const words = word(one.value)
      if (words)
        found.push({
          value: words,
          ...optional('system', text(one.system)),
          ...optional('use', text(one.use)),
          ...optional('period', period(one.period)),
        })
    }
    return found
  }

  const fact = (facts: Fact[], label: string, words: string | undefined): void => {
    if (words !== undefined && words.trim() !== '') facts.push({ label, text: words })
  }

  /** A coded fact, with its code behind the words: there is no entry to hold it. */
  const codedFact = (facts: Fact[], label: string, value: unknown): void => {
    const found = coded(value)
    if (!found) return
    const codes: string[] = []
    for (const one of found.codings)
      if (one.code !== undefined && one.code !== found.text && !isNull(one)) codes.push(one.code)
    fact(facts, label, codes.length === 0 ? found.text : `${found.text} [${codes.join(', ')}]`)
  }

  return {
    text,
    word,
    codedFact,
    coded,
    identifiers,
    quantity,
    amount,
    period,
    value,
    notes,
    names,
    addresses,
    telecoms,
    strings,
    fact,
  }
}

/** In any case, as suppliers write it. */
function isOfDisplay(url: string | undefined): boolean {
  return url?.length === 18 && url.toLowerCase() === 'descriptiondisplay'
}

/** Surely no white space. */
function isInk(character: number): boolean {
  return character > 0x20 && character < 0x80
}

/** https://terminology.hl7.org/CodeSystem-v3-NullFlavor.html, under either of its URLs. */
function isNull({ system }: Coding): boolean {
  if (system === undefined) return false
  const end = system.charCodeAt(system.length - 1)
  return (end === 0x72 || end === 0x52) && /nullflavor$/i.test(system)
}

/** What a reader fills in bit by bit. Optional properties are absent, not undefined. */
export type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

/** `{ name: value }`, or nothing where there is no value: optional properties are absent, not undefined. */
export function optional<Name extends string, T>(name: Name, value: T | undefined): { [name in Name]?: T } {
  const made: { [name in Name]?: T } = {}
  // A name in brackets within a literal is a call into the engine's slow parts, an assignment is none.
  if (value !== undefined && value !== '') made[name] = value
  return made
}
