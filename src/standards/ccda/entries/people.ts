import { lookup } from '../../lookup.ts'
import { element, type XmlElement, type XmlNode, type XmlTemplate } from '../../xml/element.ts'
import { constant, xml } from '../../xml/template.ts'
import type { Desk } from '../desk.ts'
import { identifier } from '../desk.ts'
import type { Address, HumanName, Organisation, Party, Practitioner, Telecom, When } from '../record.ts'
import { writtenTime } from '../time.ts'

/** Names, addresses and telephone numbers as the US Realm Header wants them, unknown where the record has none. */

export function nameText(name: HumanName | undefined): string {
  if (name === undefined) return ''
  const parts = [...name.prefix, ...name.given, name.family, ...name.suffix].filter(Boolean)
  return name.text ?? parts.join(' ')
}

/** A person's name in its parts where the record has them, as one string where it has not. */
export function personName(name: HumanName | undefined): XmlElement {
  if (name === undefined) return element('name', { nullFlavor: 'UNK' })
  if (name.family === undefined || name.given.length === 0) {
    const whole = [...name.prefix, ...name.given, name.family, ...name.suffix].filter(Boolean).join(' ')
    const text = whole === '' || (name.text !== undefined && name.text.length > whole.length) ? name.text : whole
    return text === undefined || text === '' ? element('name', { nullFlavor: 'UNK' }) : element('name', undefined, text)
  }
  return element('name', undefined, ...nameParts(name))
}

export function nameParts(name: HumanName): XmlElement[] {
  return [
    ...name.prefix.map((prefix) => element('prefix', undefined, prefix)),
    ...name.given.map((given) => element('given', undefined, given)),
    ...(name.family === undefined ? [] : [element('family', undefined, name.family)]),
    ...name.suffix.map((suffix) => element('suffix', undefined, suffix)),
  ]
}

const addressUse: Readonly<Record<string, string>> = lookup({ home: 'HP', work: 'WP', temp: 'TMP', old: 'BAD' })

/** https://hl7.org/cda/us/ccda/ US Realm Address: one to four lines and a city. */
export function address(value: Address | undefined): XmlElement {
  if (value === undefined) return element('addr', { nullFlavor: 'UNK' })
  const lines = value.lines.length > 4 ? [...value.lines.slice(0, 3), value.lines.slice(3).join(', ')] : value.lines
  const { city, district, state, postalCode, country } = value
  if (lines.length === 0 && !city && !district && !postalCode && !state) return element('addr', { nullFlavor: 'UNK' })
  return element(
    'addr',
    { use: addressUses(value) },
    ...(lines.length === 0
      ? [element('streetAddressLine', { nullFlavor: 'UNK' })]
      : lines.map((line) => element('streetAddressLine', undefined, line))),
    city ? element('city', undefined, city) : element('city', { nullFlavor: 'UNK' }),
    district !== undefined && element('county', undefined, district),
    state !== undefined && element('state', undefined, state),
    postalCode !== undefined && element('postalCode', undefined, postalCode),
    // Outside the United States no state or ZIP code is asked for.
    element('country', undefined, countryCode(country)),
    ...useablePeriod(value.period),
  )
}

/** A set of codes: `HP PST` is where letters go to at home. */
function addressUses({ use, type }: Address): string | undefined {
  const codes = [addressUse[use ?? ''], addressType[type ?? '']].filter((code) => code !== undefined)
  return codes.length === 0 ? undefined : codes.join(' ')
}
const addressType: Readonly<Record<string, string>> = lookup({ postal: 'PST', physical: 'PHYS' })

/** The time that an address or a telephone number is in use, where the record gives one that can be read. */
function useablePeriod(period: When | undefined): XmlElement[] {
  const ends = endsOf(period)
  return ends.length === 0 ? [] : [element('useablePeriod', { 'xsi:type': 'IVL_TS' }, ...ends)]
}

export function endsOf(period: When | undefined): XmlElement[] {
  const [low, high] = [writtenTime(period?.start), writtenTime(period?.end)]
  return [
    ...(low === undefined ? [] : [element('low', { value: low })]),
    ...(high === undefined ? [] : [element('high', { value: high })]),
  ]
}

function countryCode(country: string | undefined): string {
  return country === undefined || /^(?:UK|GBR?|United Kingdom|England|Scotland|Wales|Northern Ireland)$/i.test(country)
    ? 'GB'
    : country
}

const telecomUse: Readonly<Record<string, string>> = lookup({ home: 'HP', work: 'WP', mobile: 'MC', temp: 'HV' })
const schemes: Readonly<Record<string, string>> = lookup({
  phone: 'tel:',
  fax: 'fax:',
  email: 'mailto:',
  pager: 'tel:',
  sms: 'sms:',
  url: '',
})

export function telecom({ system, value, use, period }: Telecom): XmlElement {
  const bare = value.replaceAll(/\s+/g, '')
  const url = /^[a-z][a-z0-9+.-]*:/i.test(bare) ? bare : (schemes[system ?? 'phone'] ?? '') + bare
  return element(
    'telecom',
    { use: use === undefined ? undefined : telecomUse[use], value: url },
    ...useablePeriod(period),
  )
}

export function telecoms(values: readonly Telecom[]): XmlNode[] {
  return values.length === 0 ? [unknownTelecom] : values.map(telecom)
}
export const unknownTelecom = constant(element('telecom', { nullFlavor: 'UNK' }))

export function organisationIds(organisation: Organisation, desk: Desk): XmlTemplate[] {
  const ids = organisation.identifiers.map(({ system, value }) => identifier(system, value))
  return ids.length === 0 ? [desk.id(organisation.key)] : ids
}

export function practitionerIds(practitioner: Practitioner, desk: Desk): XmlTemplate[] {
  return [desk.id(practitioner.key), ...practitioner.identifiers.map(({ system, value }) => identifier(system, value))]
}

export function partyName(party: Party | undefined): string {
  if (party === undefined) return ''
  if (party.practitioner === undefined && party.name !== undefined && party.name !== '') return party.name
  const known = partyNames.get(party)
  if (known !== undefined) return known
  const person = party.name ?? nameText(party.practitioner?.names[0])
  const name = person === '' ? (party.organisation?.name ?? '') : person
  partyNames.set(party, name)
  return name
}
/** Most of a record is by a few. */
const partyNames = new WeakMap<Party, string>()

/** Marks the people and organisations of a party as used. */
export function useParty(party: Party, where: string, desk: Desk): void {
  const { practitioner, organisation } = party
  if (practitioner) {
    desk.ledger.used(practitioner.key, where)
    for (const role of practitioner.roles) {
      desk.ledger.used(role.key, where)
      if (role.organisation) desk.ledger.used(role.organisation.key, where)
    }
  }
  if (organisation) desk.ledger.used(organisation.key, where)
  if (party.service !== undefined) desk.ledger.used(party.service, where)
}

/** `assignedAuthor` or `assignedEntity`: made once for each party, since most of a record is written by a few. */
function assigned(name: 'assignedAuthor' | 'assignedEntity', party: Party, desk: Desk): XmlTemplate {
  const { practitioner, organisation } = party
  const person = party.name ?? nameText(practitioner?.names[0])
  const author = name === 'assignedAuthor'
  const nodes: XmlNode[] = practitioner
    ? practitionerIds(practitioner, desk)
    : organisation
      ? organisationIds(organisation, desk)
      : [xml`<id nullFlavor="UNK"/>`]
  // A procedure's performer is looked for by address and telephone, so these say that they are unknown.
  if (!author) nodes.push(xml`<addr nullFlavor="UNK"/><telecom nullFlavor="UNK"/>`)
  if (person !== '') {
    const called = practitioner ? personName(practitioner.names[0]) : xml`<name>${[person]}</name>`
    nodes.push(xml`<assignedPerson>${called}</assignedPerson>`)
  }
  if (organisation !== undefined)
    nodes.push(
      xml`<representedOrganization>${[
        ...organisationIds(organisation, desk),
        organisation.name === undefined ? xml`<name nullFlavor="UNK"/>` : xml`<name>${[organisation.name]}</name>`,
        !author && xml`<telecom nullFlavor="UNK"/><addr nullFlavor="UNK"/>`,
      ]}</representedOrganization>`,
    )
  return author ? xml`<assignedAuthor>${nodes}</assignedAuthor>` : xml`<assignedEntity>${nodes}</assignedEntity>`
}

/** Nobody else in the record: some systems write down a name and no more, and then nearly every entry has a party of its own. */
function isNameAlone({ practitioner, organisation, service }: Party): boolean {
  return practitioner === undefined && organisation === undefined && service === undefined
}

export function assignedAuthor(party: Party, desk: Desk): XmlTemplate {
  if (party.name && isNameAlone(party))
    return xml`<assignedAuthor><id nullFlavor="UNK"/><assignedPerson><name>${party.name}</name></assignedPerson></assignedAuthor>`
  const known = desk.authors.get(party)
  if (known) return known
  useParty(party, 'Author of entries', desk)
  const made = constant(assigned('assignedAuthor', party, desk))
  desk.authors.set(party, made)
  return made
}

/** The whole participation, of which nothing is an entry's own. */
export function performing(party: Party, desk: Desk): XmlTemplate {
  if (party.name && isNameAlone(party))
    return xml`<performer><assignedEntity>
      <id nullFlavor="UNK"/><addr nullFlavor="UNK"/><telecom nullFlavor="UNK"/>
      <assignedPerson><name>${party.name}</name></assignedPerson>
    </assignedEntity></performer>`
  const known = desk.performers.get(party)
  if (known) return known
  useParty(party, 'Performer of entries', desk)
  const made = constant(xml`<performer>${assigned('assignedEntity', party, desk)}</performer>`)
  desk.performers.set(party, made)
  return made
}
