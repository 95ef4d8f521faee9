import type { Organisation, Party, Patient, Place, Practitioner, PractitionerRole } from '../ccda/record.ts'
import { type Datatypes, optional, readDatatypes } from './datatypes.ts'
import { extension, extensions } from './extensions.ts'
import { boolean, type Json, object, objects, rawString } from './json.ts'
import { elements, say, sayTheRest } from './say.ts'
import { shared } from './shared.ts'
import type { Source, SourceEntry } from './source.ts'

/** The people, organisations and places of a bundle, each read once and shared by all who point at it. */
export type People = {
  readonly practitioners: readonly Practitioner[]
  organisation(reference: unknown): Organisation | undefined
  party(reference: unknown): Party | undefined
  place(reference: unknown): Place | undefined
}

export function readPeople(source: Source): { people: People; datatypes: Datatypes } {
  const datatypes = readDatatypes(source, (reference) => people.party(reference))
  const { identifiers, names, addresses, telecoms, coded, word } = datatypes
  const parties = new Map<string, Party>()

  const organisations = new Map<string, Organisation>()
  for (const entry of source.ofType('Organization')) {
    source.current = entry
    const { resource } = entry
    const one: Organisation = {
      key: entry.key,
      identifiers: identifiers(resource.identifier),
      name: word(resource.name),
      telecoms: telecoms(resource.telecom),
      addresses: addresses(resource.address),
    }
    organisations.set(entry.key, shared(one, entry.key, source))
  }

  const organisation = (reference: unknown): Organisation | undefined => {
    const target = reference === undefined ? undefined : source.resolve(reference)
    return target === undefined ? undefined : organisations.get(target.key)
  }

  const rolesOf = new Map<string, PractitionerRole[]>()
  for (const entry of source.ofType('PractitionerRole')) {
    source.current = entry
    const { resource } = entry
    const whose = source.resolve(resource.practitioner)
    const role: PractitionerRole = {
      key: entry.key,
      code: coded(objects(resource.code)[0]),
      organisation: organisation(resource.organization),
      identifiers: identifiers(resource.identifier),
    }
    if (whose?.type !== 'Practitioner') {
      source.issue({ severity: 'warning', text: 'A role of nobody in the record', resource: entry.key })
      continue
    }
    const known = rolesOf.get(whose.key)
    if (known) known.push(role)
    else rolesOf.set(whose.key, [role])
  }

  const practitioners: Practitioner[] = []
  for (const entry of source.ofType('Practitioner')) {
    source.current = entry
    const { resource } = entry
    const whole: Practitioner = {
      key: entry.key,
      identifiers: identifiers(resource.identifier),
      names: names(resource.name),
      telecoms: telecoms(resource.telecom),
      addresses: addresses(resource.address),
      roles: rolesOf.get(entry.key) ?? [],
    }
    // The header tells each once, and in full.
    practitioners.push(whole)
    const practitioner: Practitioner = { ...shared({ ...whole, roles: [] }, entry.key, source), roles: whole.roles }
    const employer = practitioner.roles.find((role) => role.organisation)?.organisation
    const party: Party = employer ? { practitioner, organisation: employer } : { practitioner }
    parties.set(entry.key, party)
    for (const role of practitioner.roles)
      parties.set(role.key, role.organisation ? { practitioner, organisation: role.organisation } : party)
  }
  for (const [key, one] of organisations) parties.set(key, { organisation: one })

  // A healthcare service speaks for the organisation that provides it, under its own name.
  for (const entry of source.ofType('HealthcareService')) {
    source.current = entry
    const provider = organisation(entry.resource.providedBy)
    const name = word(entry.resource.name)
    const service = shared({ service: entry.key, ...optional('name', name) }, entry.key, source)
    parties.set(entry.key, { ...service, ...optional('organisation', provider) })
  }

  const places = new Map<string, Place>()
  for (const entry of source.ofType('Location')) {
    source.current = entry
    const { resource } = entry
    const address = addresses(resource.address)[0]
    const place: Place = {
      key: entry.key,
      name: word(resource.name) ?? '',
      telecoms: telecoms(resource.telecom),
      ...optional('address', address),
    }
    places.set(entry.key, shared(place, entry.key, source))
  }

  // A reference may show another name than the one its target has: the reader sees both.
  const shownAs = new Map<Party, Map<string, Party>>()
  const called = (party: Party, display: string): Party => {
    let known = shownAs.get(party)
    if (!known) shownAs.set(party, (known = new Map()))
    const earlier = known.get(display)
    if (earlier) return earlier
    const made = sameName(party, display) ? party : { ...party, name: `${nameOf(party)} (recorded as ${display})` }
    known.set(display, made)
    return made
  }
  const missing = new Set<string>()
  const people: People = {
    practitioners,
    organisation,
    party(reference) {
      if (reference === undefined) return undefined
      const target = source.resolve(reference)
      const found = target === undefined ? undefined : parties.get(target.key)
      const display = object(reference)?.display
      const name = display === undefined ? undefined : word(display)
      if (found) return name === undefined ? found : called(found, name)
      if (name) return { name }
      if (target?.type === 'Patient') return { name: 'The patient' }
      const nobody = target === undefined ? word(object(reference)?.reference) : undefined
      if (nobody !== undefined && !missing.has(nobody)) {
        missing.add(nobody)
        source.issue({
          severity: 'warning',
          text: 'Somebody or something that the record names is not in it',
          resource: nobody,
        })
      }
      return undefined
    },
    place(reference) {
      if (reference === undefined) return undefined
      const target = source.resolve(reference)
      const found = target === undefined ? undefined : places.get(target.key)
      const name = word(object(reference)?.display)
      if (found)
        return name && name !== found.name ? { ...found, name: found.name ? `${name} (${found.name})` : name } : found
      return name ? { name, telecoms: [] } : undefined
    },
  }
  return { people, datatypes }
}

/** What a party is called: the person before the organisation. */
export function nameOf(party: Party): string {
  const known = partyNames.get(party)
  if (known !== undefined) return known
  const first = party.practitioner?.names[0]
  const person =
    party.name ??
    first?.text ??
    [...(first?.prefix ?? []), ...(first?.given ?? []), first?.family].filter(Boolean).join(' ')
  const name = person === '' ? (party.organisation?.name ?? '') : person
  partyNames.set(party, name)
  return name
}
const partyNames = new WeakMap<Party, string>()

/** The same person under a title more or less, a name in another order, or with a role behind it. */
function sameName(party: Party, display: string): boolean {
  const wordsOf = (text: string) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  const shown = new Set(wordsOf(display))
  const known = wordsOf(nameOf(party))
  if (known.length === 0) return false
  const shared = known.filter((one) => shown.has(one)).length
  return shared >= Math.min(2, known.length, shown.size)
}

const readOfPatient = elements(
  'active',
  'name',
  'telecom',
  'gender',
  'birthDate',
  'deceasedBoolean',
  'deceasedDateTime',
  'address',
  'maritalStatus',
  'contact',
  'communication',
  'generalPractitioner',
  'managingOrganization',
  'photo',
)

const readOfContact = elements('relationship', 'name', 'telecom', 'address')

/** https://digital.nhs.uk GP Connect: CareConnect-GPC-Patient-1 */
export function readPatient(source: Source, entry: SourceEntry, people: People, datatypes: Datatypes): Patient {
  const { text, identifiers, names, addresses, telecoms, coded, period, fact } = datatypes
  source.current = entry
  const { resource } = entry
  const facts: Patient['facts'][number][] = []
  const places: Place[] = []
  for (const registration of extensions(resource, 'RegistrationDetails')) {
    const registered = period(extension(registration, 'registrationPeriod')?.valuePeriod)
    fact(facts, 'Registered', registered?.start)
    fact(facts, 'Registration ended', registered?.end)
    fact(facts, 'Registration type', coded(extension(registration, 'registrationType')?.valueCodeableConcept)?.text)
    const branch = extension(registration, 'preferredBranchSurgery')?.valueReference
    const place = people.place(branch)
    if (place) places.push(place)
    fact(facts, 'Preferred branch', place?.name ?? people.party(branch)?.organisation?.name)
  }
  for (const one of objects(resource.identifier))
    for (const verification of extensions(one, 'NHSNumberVerificationStatus'))
      fact(facts, 'NHS number', coded(verification.valueCodeableConcept)?.text)
  const ethnic = extensions(resource, 'EthnicCategory')[0]
  fact(facts, 'Ethnic category', ethnic && coded(ethnic.valueCodeableConcept)?.text)
  const died = text(resource.deceasedDateTime) ?? boolean(resource.deceasedBoolean)
  if (died !== undefined && died !== false) fact(facts, 'Died', died === true ? 'Yes, no date recorded' : died)
  if (boolean(resource.active) === false) fact(facts, 'Record of the patient', 'Not in use (inactive)')
  // What is no longer so must not stand among what is.
  const former = (one: Json): boolean => one.use === 'old'
  for (const { value } of identifiers(objects(resource.identifier).filter(former)))
    fact(facts, 'Former identifier', value)
  for (const { value } of telecoms(objects(resource.telecom).filter(former)))
    fact(facts, 'Former telephone or address', value)
  sayTheRest({ source, people, datatypes }, facts, resource, readOfPatient)
  for (const photo of objects(resource.photo)) say({ source, people, datatypes }, facts, 'Photo', photo)
  for (const contact of objects(resource.contact)) {
    const [name, ...others] = names(contact.name)
    const who = name?.text ?? [...(name?.given ?? []), name?.family].filter(Boolean).join(' ')
    const prefix = who === '' ? 'Contact: ' : `Contact ${who}: `
    // A person who is no patient has a name and nothing else in CDA.
    sayTheRest({ source, people, datatypes }, facts, contact, readOfContact, prefix)
    for (const other of others) fact(facts, `${prefix}Other name`, other.text ?? other.family)
  }
  let interpreter: boolean | undefined
  const languages: { code: string; name?: string; preferred?: boolean; mode?: string; proficiency?: string }[] = []
  for (const communication of extensions(resource, 'NHSCommunication')) {
    const language = extension(communication, 'language')?.valueCodeableConcept
    const [code, name] = [firstCode(language) ?? '', coded(language)?.text]
    if (code || name) {
      languages.push({
        code,
        ...optional('name', name),
        ...optional('preferred', boolean(extension(communication, 'preferred')?.valueBoolean)),
        ...optional('mode', firstCode(extension(communication, 'modeOfCommunication')?.valueCodeableConcept)),
        ...optional(
          'proficiency',
          firstCode(extension(communication, 'communicationProficiency')?.valueCodeableConcept),
        ),
      })
    }
    interpreter ??= boolean(extension(communication, 'interpreterRequired')?.valueBoolean)
  }
  for (const communication of objects(resource.communication)) {
    const [code, name] = [firstCode(communication.language) ?? '', coded(communication.language)?.text]
    if (code || name)
      languages.push({
        code,
        ...optional('name', name),
        ...optional('preferred', boolean(communication.preferred)),
      })
  }
  if (interpreter) fact(facts, 'Interpreter', 'Required')
  return {
    key: entry.key,
    identifiers: identifiers(objects(resource.identifier).filter((one) => !former(one))),
    names: names(resource.name),
    telecoms: telecoms(objects(resource.telecom).filter((one) => !former(one))),
    addresses: addresses(resource.address),
    gender: text(resource.gender),
    birthDate: text(resource.birthDate),
    languages,
    contacts: objects(resource.contact).map((contact) => ({
      telecoms: telecoms(contact.telecom),
      ...optional(
        'relationship',
        objects(contact.relationship)
          .map((one) => coded(one)?.text)
          .filter(Boolean)
          .join(', '),
      ),
      ...optional('name', names(contact.name)[0]),
      ...optional('address', addresses(contact.address)[0]),
    })),
    places,
    facts,
    ...optional('interpreterRequired', interpreter),
    ...optional('deceased', died),
    ...optional('maritalStatus', coded(resource.maritalStatus)),
    ...optional('generalPractitioner', people.party(objects(resource.generalPractitioner)[0])),
  }
}

function firstCode(concept: unknown): string | undefined {
  return rawString(objects(object(concept)?.coding)[0]?.code)
}
