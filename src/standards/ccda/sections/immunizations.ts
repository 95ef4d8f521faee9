import type { XmlNode, XmlTemplate } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import { codeSystem } from '../codes/systems.ts'
import type { Desk } from '../desk.ts'
import { coded, codedElsewhere, codedPreferring } from '../entries/code.ts'
import { comment } from '../entries/comment.ts'
import { details, recordedBy, stated } from '../entries/details.ts'
import { finding } from '../entries/finding.ts'
import { encounterLink } from '../entries/encounter-link.ts'
import { author, performer } from '../entries/participation.ts'
import { organisationIds, partyName } from '../entries/people.ts'
import { routeCode } from '../entries/route.ts'
import { templates } from '../entries/template.ts'
import { quantity, quantityText } from '../entries/value.ts'
import { headings, table, writtenRow } from '../narrative.ts'
import type { Coded, Immunization, Organisation } from '../record.ts'
import { point, readable, readableWhen } from '../time.ts'
import { otherName } from './allergies.ts'
import { observationsIn } from './classify.ts'
import { findingHeadings, findingRow } from './finding-row.ts'
import { listed } from './item-text.ts'
import { entry, nothingToTell, type Section } from './section.ts'

const head = headings('Immunization', 'Date', 'Vaccine', 'Batch', 'Site and route', 'Dose', 'Details', 'Recorded')

/** Immunizations Section: given, not given, and what else the record lists under them. */
export const immunizations: Section = {
  name: 'immunizations',
  title: 'Immunizations',
  code: '11369-6',
  codeName: 'History of Immunization Narrative',
  areas: ['immunisations'],
  // The template that demands entries takes Immunization Activities alone; a list of reasons why none was given has none.
  templates: ({ entries }, record) =>
    templates(record.immunizations.length > 0 || entries.length === 0 ? '2.2.1' : '2.2', '2015-08-01'),
  content(record, desk) {
    const observations = observationsIn('immunizations', record)
    if (record.immunizations.length === 0 && observations.length === 0) return nothingToTell
    const made = record.immunizations.map((one) => ({ immunization: one, ...immunizationParts(one, desk) }))
    const valid = made.filter((one) => one.immunization.mistaken === undefined)
    const given = valid.filter((one) => one.immunization.given)
    const notGiven = valid.filter((one) => !one.immunization.given)
    const mistaken = made.filter((one) => one.immunization.mistaken !== undefined)
    const others = observations.map((observation) => {
      const id = desk.narrativeId('i')
      desk.ledger.placed(observation.key, 'immunizations', id)
      return { row: findingRow(observation, id), entry: entry(finding(observation, id, desk)) }
    })
    return {
      blocks: [
        ...(given.length > 0
          ? [
              table(
                'Given',
                head,
                given.map((one) => one.row),
              ),
            ]
          : []),
        ...(notGiven.length > 0
          ? [
              table(
                'Not given',
                head,
                notGiven.map((one) => one.row),
              ),
            ]
          : []),
        ...(mistaken.length > 0
          ? [
              table(
                'Entered in error: not immunizations of the patient',
                head,
                mistaken.map((one) => one.row),
              ),
            ]
          : []),
        ...(others.length > 0
          ? [
              table(
                'Also recorded under immunisations',
                findingHeadings,
                others.map((one) => one.row),
              ),
            ]
          : []),
      ],
      entries: [...given, ...notGiven, ...mistaken, ...others].map((one) => one.entry),
    }
  },
}

function immunizationParts(immunization: Immunization, desk: Desk): { row: XmlNode; entry: XmlNode } {
  const id = desk.narrativeId('i')
  desk.ledger.placed(immunization.key, 'immunizations', id)
  if (immunization.place?.key !== undefined) desk.ledger.used(immunization.place.key, 'The place of an immunization')
  const { code, vaccine, lot, expires, site, route, dose, manufacturer } = immunization
  const maker =
    manufacturer?.name === undefined || vaccine?.text.includes(manufacturer.name)
      ? undefined
      : ` (made by ${manufacturer.name})`
  const written = writtenRow(xml`<tr ID="${id}">
    <td><content ID="${`${id}c`}">${code.text || 'Immunization without a name'}</content>${otherName(code)}</td>
    <td>${readableWhen(immunization.when)}</td>
    <td><content ID="${`${id}v`}">${vaccine?.text || 'Unknown'}</content>${maker}</td>
    <td>${listed(lot ?? '', expires === undefined ? '' : `expires ${readable(expires)}`)}</td>
    <td>${listed(site?.text ?? '', route?.text ?? '')}</td>
    <td>${dose === undefined ? '' : quantityText(dose)}</td>
    <td>${details(immunization, immunization.notes.length > 0 ? `${id}n` : undefined, [
      stated('Not given because', immunization.reasonNotGiven?.text),
      { label: 'Given by', text: partyName(immunization.performer) },
      immunization.status !== 'completed' && stated('Status', immunization.status),
    ])}</td>
    <td>${recordedBy(immunization)}</td>
  </tr>`)
  return { row: written, entry: entry(activity(immunization, id, desk)) }
}

/** Immunization Activity. */
function activity(immunization: Immunization, id: string, desk: Desk): XmlTemplate {
  const { manufacturer, lot, dose, doseNumber, route, site, reasonNotGiven } = immunization
  if (manufacturer) desk.ledger.used(manufacturer.key, 'The manufacturer of a vaccine')
  const negationInd = immunization.given ? 'false' : 'true'
  return xml`<substanceAdministration classCode="SBADM" moodCode="EVN" negationInd="${negationInd}">
    <templateId root="2.16.840.1.113883.10.20.22.4.52"/>
    <templateId root="2.16.840.1.113883.10.20.22.4.52" extension="2015-08-01"/>
    ${desk.ids(immunization.key, immunization.identifiers)}
    ${coded('code', immunization.code, `${id}c`)}
    <text><reference value="#${id}"/></text>
    <statusCode code="${immunization.status === 'entered-in-error' ? 'nullified' : 'completed'}"/>
    ${point('effectiveTime', immunization.when.at)}
    ${doseNumber !== undefined && /^\d+$/.test(doseNumber) && xml`<repeatNumber value="${doseNumber}"/>`}
    ${route && routeCode(route)}
    ${site && coded('approachSiteCode', site)}
    ${dose && quantity('doseQuantity', dose)}
    <consumable><manufacturedProduct classCode="MANU">
      <templateId root="2.16.840.1.113883.10.20.22.4.54"/>
      <templateId root="2.16.840.1.113883.10.20.22.4.54" extension="2014-06-09"/>
      <manufacturedMaterial>${[
        vaccineCode(immunization.vaccine, `${id}v`),
        lot !== undefined && xml`<lotNumberText>${lot}</lotNumberText>`,
      ]}</manufacturedMaterial>
      ${manufacturer && manufacturerOrganization(manufacturer, desk)}
    </manufacturedProduct></consumable>
    ${performer(immunization.performer, desk)}
    ${author(immunization, desk)}
    ${reasonNotGiven && refusal(reasonNotGiven, immunization, desk)}
    ${immunization.notes.length > 0 && comment(`${id}n`)}
    ${encounterLink(immunization, desk)}
  </substanceAdministration>`
}

function manufacturerOrganization(manufacturer: Organisation, desk: Desk): XmlTemplate {
  const { name } = manufacturer
  return xml`<manufacturerOrganization>${[
    ...organisationIds(manufacturer, desk),
    name === undefined ? xml`<name nullFlavor="UNK"/>` : xml`<name>${name}</name>`,
  ]}</manufacturerOrganization>`
}

const cvx = '2.16.840.1.113883.12.292'

/** C-CDA names vaccines by CVX; the record's SNOMED CT (dm+d) code stands as a translation where it has no such code. */
function vaccineCode(vaccine: Coded | undefined, reference: string): XmlNode {
  if (vaccine === undefined) return xml`<code nullFlavor="UNK"/>`
  const inCvx = vaccine.codings.some((coding) => coding.system !== undefined && codeSystem(coding.system).oid === cvx)
  return inCvx ? codedPreferring(cvx, 'code', vaccine, reference) : codedElsewhere('code', vaccine, reference)
}

/** Immunization Refusal Reason. The record's reason is in words and SNOMED CT; C-CDA's few codes are not guessed. */
function refusal(reason: Coded, immunization: Immunization, desk: Desk): XmlTemplate {
  return xml`<entryRelationship typeCode="RSON"><observation classCode="OBS" moodCode="EVN">
    <templateId root="2.16.840.1.113883.10.20.22.4.53"/>
    ${desk.id(immunization.key, 'reason')}
    ${codedElsewhere('code', reason)}
    <statusCode code="completed"/>
  </observation></entryRelationship>`
}
