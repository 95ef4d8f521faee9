import type { XmlNode, XmlTemplate } from '../../xml/element.ts'
import { constant, xml } from '../../xml/template.ts'
import type { Desk } from '../desk.ts'
import { coded } from '../entries/code.ts'
import { details, stated } from '../entries/details.ts'
import { author, performer } from '../entries/participation.ts'
import { address, partyName, telecom } from '../entries/people.ts'
import { statusCodes } from '../entries/status-code.ts'
import { templates } from '../entries/template.ts'
import { headings, table, writtenRow } from '../narrative.ts'
import type { Encounter, Place } from '../record.ts'
import { effectiveTime, readable, readableWhen } from '../time.ts'
import { otherName } from './allergies.ts'
import { listed } from './item-text.ts'
import { entry, nothingToTell, type Section } from './section.ts'

const head = headings('Encounter', 'When', 'With', 'Where', 'Details')

/** Encounters Section (entries required): when, where and with whom; what was written there is under Notes. */
export const encounters: Section = {
  name: 'encounters',
  title: 'Encounters',
  code: '46240-8',
  codeName: 'History of Hospitalizations+Outpatient visits Narrative',
  areas: ['consultations'],
  templates: () => templates('2.22.1', '2015-08-01'),
  content(record, desk) {
    if (record.encounters.length === 0) return nothingToTell
    const made = record.encounters.map((encounter) => {
      const id = desk.narrativeId('e')
      desk.ledger.placed(encounter.key, 'encounters', id)
      for (const place of encounter.locations)
        if (place.key !== undefined) desk.ledger.used(place.key, 'The place of an encounter')
      if (encounter.provider) desk.ledger.used(encounter.provider.key, 'The provider of an encounter')
      return { row: encounterRow(encounter, id), entry: entry(activity(encounter, id, desk)) }
    })
    return {
      blocks: [
        table(
          '',
          head,
          made.map((one) => one.row),
        ),
      ],
      entries: made.map((one) => one.entry),
    }
  },
}

/** Those who saw the patient, then those who wrote it down, where they are others. */
export function withWhom({ participants }: Encounter): string {
  if (participants.length > 2) return withMany(participants)
  let seeing = ''
  let writing = ''
  for (const { role, party } of participants) {
    const name = partyName(party)
    if (role === 'REC') writing = both(writing, name)
    else seeing = both(seeing, name)
  }
  if (writing === '' || writing === seeing) return seeing
  return seeing === '' ? `recorded by ${writing}` : `${seeing}, recorded by ${writing}`
}

function both(one: string, other: string): string {
  if (one === '' || one === other) return other
  return other === '' ? one : `${one}, ${other}`
}

function withMany(participants: Encounter['participants']): string {
  const seeing = new Set<string>()
  const writing = new Set<string>()
  for (const { role, party } of participants) {
    const name = partyName(party)
    if (name !== '') (role === 'REC' ? writing : seeing).add(name)
  }
  const recorders = [...writing].filter((name) => !seeing.has(name))
  return [...seeing, ...(recorders.length === 0 ? [] : [`recorded by ${recorders.join(', ')}`])].join(', ')
}

/** Several systems record when an encounter began and nothing about its end. */
export function encounterTime({ when }: Encounter): string {
  return when.end === undefined ? readable(when.start ?? when.at) : readableWhen(when)
}

function encounterRow(encounter: Encounter, id: string): XmlNode {
  return writtenRow(xml`<tr ID="${id}">
    <td><content ID="${`${id}c`}">${encounter.code.text || 'Encounter, type not recorded'}</content>${otherName(encounter.code)}</td>
    <td>${encounterTime(encounter)}</td>
    <td>${withWhom(encounter)}</td>
    <td>${where(encounter)}</td>
    <td>${details(encounter, undefined, [encounter.status !== 'finished' && stated('Status', encounter.status)])}</td>
  </tr>`)
}

function where({ locations, provider }: Encounter): string {
  const [first, second] = locations
  if (first && !second && provider === undefined) return first.name
  let words = ''
  for (const place of locations) words = listed(words, place.name)
  return listed(words, provider?.name ?? '')
}

const statusCode = statusCodes({
  finished: 'completed',
  planned: 'active',
  arrived: 'active',
  triaged: 'active',
  'in-progress': 'active',
  onleave: 'suspended',
  cancelled: 'cancelled',
  'entered-in-error': 'nullified',
})

/** Encounter Activity. */
function activity(encounter: Encounter, id: string, desk: Desk): XmlTemplate {
  return xml`<encounter classCode="ENC" moodCode="EVN">
    <templateId root="2.16.840.1.113883.10.20.22.4.49"/>
    <templateId root="2.16.840.1.113883.10.20.22.4.49" extension="2015-08-01"/>
    ${desk.ids(encounter.key, encounter.identifiers)}
    ${coded('code', encounter.code, `${id}c`)}
    <text><reference value="#${id}"/></text>
    ${statusCode(encounter.status)}
    ${effectiveTime(encounter.when)}
    ${encounter.participants.map((one) => one.role !== 'REC' && performer(one.party, desk))}
    ${author(encounter, desk)}
    ${encounter.locations.map((place) => location(place, desk))}
  </encounter>`
}

/** Service Delivery Location, without a guess at C-CDA's code for its kind. */
function location(place: Place, desk: Desk): XmlTemplate {
  // A name is told as soon as it is looked for.
  if (place.address === undefined && place.telecoms.length === 0) return serviceDeliveryLocation(place)
  const known = desk.locations.get(place)
  if (known) return known
  const made = constant(serviceDeliveryLocation(place))
  desk.locations.set(place, made)
  return made
}

function serviceDeliveryLocation(place: Place): XmlTemplate {
  return xml`<participant typeCode="LOC"><participantRole classCode="SDLOC">
    <templateId root="2.16.840.1.113883.10.20.22.4.32"/>
    <code nullFlavor="UNK"/>
    ${place.address && address(place.address)}
    ${place.telecoms.map(telecom)}
    <playingEntity classCode="PLC">${place.name === '' ? xml`<name nullFlavor="UNK"/>` : xml`<name>${place.name}</name>`}</playingEntity>
  </participantRole></participant>`
}
