import { lookup } from '../../lookup.ts'
import type { XmlNode } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import type { Desk } from '../desk.ts'
import { codedElsewhere, codedValue, codeUnlessMistaken } from '../entries/code.ts'
import { comment } from '../entries/comment.ts'
import { details, recordedBy, stated } from '../entries/details.ts'
import { encounterLink } from '../entries/encounter-link.ts'
import { author } from '../entries/participation.ts'
import { alsoCoded } from '../entries/value.ts'
import { templates } from '../entries/template.ts'
import { caption, content, headings, lineBreak, paragraph, row, table } from '../narrative.ts'
import type { Allergy, Coded, HealthRecord } from '../record.ts'
import { interval, point, readable, readableWhen } from '../time.ts'
import { whyEmpty } from './empty.ts'
import { entry, nothingToTell, type Section } from './section.ts'

const head = headings('Allergy', 'Kind', 'Onset', 'Reactions', 'Status', 'Details', 'Recorded')

const assertion = xml`<code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/>`

/** Allergies and Intolerances Section (entries required). Ended ones stand in a table of their own and are never active. */
export const allergies: Section = {
  name: 'allergies',
  title: 'Allergies',
  code: '48765-2',
  codeName: 'Allergies and adverse reactions Document',
  areas: ['allergies', 'ended-allergies'],
  required: true,
  templates: () => templates('2.6.1', '2015-08-01'),
  content(record, desk) {
    if (record.allergies.length === 0) return nothingToTell
    const parts = (wanted: (allergy: Allergy) => boolean) =>
      record.allergies.filter(wanted).map((allergy) => allergyParts(allergy, desk))
    const active = parts((allergy) => !allergy.ended)
    const ended = parts((allergy) => allergy.ended && allergy.mistaken === undefined)
    const mistaken = parts((allergy) => allergy.mistaken !== undefined)
    const contradicts =
      record.allergies.some((one) => !one.ended && one.noneKnown) &&
      record.allergies.some((one) => !one.ended && !one.noneKnown)
    return {
      blocks: [
        ...(contradicts
          ? [caption('Warning: The record says that no allergies are known, and lists allergies all the same.')]
          : []),
        ...(active.length > 0
          ? [
              table(
                'Allergies and adverse reactions',
                head,
                active.map((one) => one.row),
              ),
            ]
          : []),
        ...(active.length === 0 ? [noneCurrent(record)] : []),
        ...(ended.length > 0
          ? [
              table(
                'Ended allergies: no longer active',
                head,
                ended.map((one) => one.row),
              ),
            ]
          : []),
        ...(mistaken.length > 0
          ? [
              table(
                'Entered in error or refuted: not allergies of the patient',
                head,
                mistaken.map((one) => one.row),
              ),
            ]
          : []),
      ],
      entries: [...active, ...ended, ...mistaken].map((one) => one.entry),
    }
  },
}

/** Allergies that ended say nothing about those of today: why there are none of these is another statement. */
function noneCurrent(record: HealthRecord): XmlNode {
  const { text } = whyEmpty({ title: 'Current allergies', areas: ['allergies'] }, record)
  return paragraph(xml`<content styleCode="Bold">${`No current allergies are shown. ${text}`}</content>`)
}

function allergyParts(allergy: Allergy, desk: Desk): { row: XmlNode; entry: XmlNode } {
  const id = desk.narrativeId('a')
  desk.ledger.placed(allergy.key, 'allergies', id)
  const kind = kindOf(allergy)
  const reactions = allergy.reactions.map((reaction, at) => ({ reaction, id: `${id}r${at + 1}` }))
  const noteId = allergy.notes.length > 0 ? `${id}n` : undefined
  const cells = [
    [content(`${id}c`, allergy.code.text || 'Allergy without a name'), otherName(allergy.code)],
    kind.words,
    readableWhen(allergy.when),
    reactions.flatMap(({ reaction, id: reactionId }, at) => [
      ...(at > 0 ? [lineBreak] : []),
      content(reactionId, reactionWords(reaction)),
    ]),
    statusWords(allergy),
    details(allergy, noteId, [stated('Reason ended', allergy.endReason), stated('Criticality', allergy.criticality)]),
    recordedBy(allergy),
  ]
  return { row: row(id, cells), entry: entry(concern(allergy, kind, id, reactions, noteId, desk)) }
}

function statusWords(allergy: Allergy): string {
  const { mistaken, ended, end, status } = allergy
  if (mistaken !== undefined) return mistaken
  if (ended) return `Ended${end === undefined ? '' : ` ${readable(end)}`}${status === 'inactive' ? ' (inactive)' : ''}`
  return allergy.noneKnown ? 'None known' : status === undefined ? 'Not recorded' : 'Active'
}

type Kind = { readonly code: string; readonly display: string; readonly words: string }
const kinds = {
  drugAllergy: { code: '416098002', display: 'Allergy to drug (finding)' },
  drugIntolerance: { code: '59037007', display: 'Intolerance to drug (finding)' },
  drug: { code: '419511003', display: 'Propensity to adverse reactions to drug (finding)' },
  food: { code: '418471000', display: 'Propensity to adverse reactions to food (finding)' },
  foodAllergy: { code: '414285001', display: 'Allergy to food (finding)' },
  foodIntolerance: { code: '235719002', display: 'Intolerance to food (finding)' },
  substanceAllergy: { code: '419199007', display: 'Allergy to substance (finding)' },
  substance: { code: '418038007', display: 'Propensity to adverse reactions to substance (finding)' },
  any: { code: '420134006', display: 'Propensity to adverse reaction (finding)' },
} as const

/** The kind the record states, no more: without a type it is a propensity, which is true of allergy and intolerance alike. */
function kindOf(allergy: Allergy): Kind {
  const { type, categories, noneKnown } = allergy
  const [category] = categories
  const word = type === 'allergy' ? 'Allergy' : type === 'intolerance' ? 'Intolerance' : ''
  const named = categories.join(', ')
  const words = [word, named === '' ? '' : word === '' ? named.charAt(0).toUpperCase() + named.slice(1) : `(${named})`]
    .filter(Boolean)
    .join(' ')
  if (categories.length > 1 && !noneKnown)
    return { ...(type === 'allergy' ? kinds.substanceAllergy : kinds.substance), words }
  if (noneKnown) return { ...(noneOf(allergy) ?? kinds.substanceAllergy), words }
  if (category === 'medication')
    return {
      ...(type === 'allergy' ? kinds.drugAllergy : type === 'intolerance' ? kinds.drugIntolerance : kinds.drug),
      words,
    }
  if (category === 'food')
    return {
      ...(type === 'allergy' ? kinds.foodAllergy : type === 'intolerance' ? kinds.foodIntolerance : kinds.food),
      words,
    }
  if (category !== undefined) return { ...(type === 'allergy' ? kinds.substanceAllergy : kinds.substance), words }
  return { ...(type === 'allergy' ? kinds.substanceAllergy : kinds.any), words }
}

/** What there are none of: all allergies, those to drugs, those to food; of other kinds the record's own term must speak. */
function noneOf({ code }: Allergy): { code: string; display: string } | undefined {
  for (const coding of code.codings) {
    if (coding.code === '716186003') return kinds.substanceAllergy
    if (coding.code === '409137002') return kinds.drugAllergy
    if (coding.code === '429625007') return kinds.foodAllergy
  }
  if (/^(?:no known allerg|nka)/i.test(code.text)) return kinds.substanceAllergy
  if (/^(?:no known drug allerg|nkda)/i.test(code.text)) return kinds.drugAllergy
  if (/^no known food allerg/i.test(code.text)) return kinds.foodAllergy
  return undefined
}

/** Allergy Concern Act around an Allergy - Intolerance Observation. */
function concern(
  allergy: Allergy,
  kind: Kind,
  id: string,
  reactions: readonly { reaction: Allergy['reactions'][number]; id: string }[],
  noteId: string | undefined,
  desk: Desk,
): XmlNode {
  const written = author(allergy, desk)
  const start = allergy.recorded ?? allergy.when.at ?? allergy.when.start
  const when = { ...(start !== undefined && { start }), ...(allergy.end !== undefined && { end: allergy.end }) }
  return xml`<act classCode="ACT" moodCode="EVN">
    <templateId root="2.16.840.1.113883.10.20.22.4.30"/>
    <templateId root="2.16.840.1.113883.10.20.22.4.30" extension="2015-08-01"/>
    ${desk.id(allergy.key, 'concern')}
    <code code="CONC" codeSystem="2.16.840.1.113883.5.6" displayName="Concern"/>
    <statusCode code="${allergy.mistaken ? 'aborted' : allergy.ended ? 'completed' : 'active'}"/>
    ${interval(when, allergy.ended)}
    ${written}
    <entryRelationship typeCode="SUBJ">
      <observation classCode="OBS" moodCode="EVN" negationInd="${isDenied(allergy) ? 'true' : undefined}">
        <templateId root="2.16.840.1.113883.10.20.22.4.7"/>
        <templateId root="2.16.840.1.113883.10.20.22.4.7" extension="2014-06-09"/>
        ${desk.ids(allergy.key, allergy.identifiers)}
        ${assertion}
        <text><reference value="#${id}"/></text>
        <statusCode code="completed"/>
        ${interval({ ...allergy.when, ...(allergy.end !== undefined && { end: allergy.end }) }, allergy.ended)}
        <value xsi:type="CD" code="${kind.code}" codeSystem="2.16.840.1.113883.6.96" displayName="${kind.display}"/>
        ${written}
        ${agent(allergy, `${id}c`)}
        ${statusOf(allergy)}
        ${reactions.flatMap((one) => reactionElements(one.reaction, one.id, allergy, desk))}
        ${criticality(allergy.criticality)}
        ${noteId !== undefined && comment(noteId)}
        ${encounterLink(allergy, desk)}
      </observation>
    </entryRelationship>
  </act>`
}

/** That there is none, or not this one. */
function isDenied({ noneKnown, mistaken }: Allergy): boolean {
  return noneKnown ? mistaken === undefined : mistaken === 'Refuted'
}

/** What the patient reacts to. The record's code may be of the substance, a product, or the allergy itself: it is kept as it is. */
function agent(allergy: Allergy, reference: string): XmlNode {
  const code =
    allergy.noneKnown && allergy.mistaken === undefined
      ? codedElsewhere('code', allergy.code, reference, noneOf(allergy) ? 'NA' : 'OTH')
      : codeUnlessMistaken(allergy.code, allergy.mistaken, reference)
  return xml`<participant typeCode="CSM">
    <participantRole classCode="MANU"><playingEntity classCode="MMAT">${code}</playingEntity></participantRole>
  </participant>`
}

/** Allergy Status Observation. */
function statusOf(allergy: Allergy): XmlNode | undefined {
  if ((allergy.noneKnown && allergy.mistaken === undefined) || (allergy.status === undefined && !allergy.ended))
    return undefined
  const value = allergy.ended
    ? allergy.status === 'resolved' && allergy.mistaken === undefined
      ? { code: '413322009', displayName: 'Problem resolved (finding)' }
      : { code: '73425007', displayName: 'Inactive (qualifier value)' }
    : { code: '55561003', displayName: 'Active (qualifier value)' }
  return xml`<entryRelationship typeCode="SUBJ" inversionInd="true"><observation classCode="OBS" moodCode="EVN">
    <templateId root="2.16.840.1.113883.10.20.22.4.28"/>
    <templateId root="2.16.840.1.113883.10.20.22.4.28" extension="2019-06-20"/>
    <code code="33999-4" codeSystem="2.16.840.1.113883.6.1" displayName="Status"/>
    <statusCode code="completed"/>
    <value xsi:type="CE" code="${value.code}" codeSystem="2.16.840.1.113883.6.96" displayName="${value.displayName}"/>
  </observation></entryRelationship>`
}

const severities: Readonly<Record<string, { code: string; displayName: string }>> = lookup({
  mild: { code: '255604002', displayName: 'Mild (qualifier value)' },
  moderate: { code: '6736007', displayName: 'Moderate (severity modifier) (qualifier value)' },
  severe: { code: '24484000', displayName: 'Severe (severity modifier) (qualifier value)' },
})

function reactionWords(reaction: Allergy['reactions'][number]): string {
  const words = [
    reaction.manifestations
      .map((one) => one.text)
      .filter(Boolean)
      .join(', '),
    reaction.description,
    reaction.substance && `to ${reaction.substance.text}`,
  ]
    .filter(Boolean)
    .join('; ')
  const more = [
    reaction.severity,
    reaction.onset && readable(reaction.onset),
    reaction.route?.text,
    ...reaction.notes.map((note) => note.text),
  ]
    .filter(Boolean)
    .join(', ')
  return [words === '' ? 'Reaction not stated' : words, more === '' ? '' : `(${more})`].filter(Boolean).join(' ')
}

/** Reaction Observation, one for each manifestation: to have a rash is not another word for wheezing. */
function reactionElements(
  reaction: Allergy['reactions'][number],
  reference: string,
  allergy: Allergy,
  desk: Desk,
): XmlNode[] {
  const [first = { codings: [], text: reaction.description ?? '' }, ...others] = reaction.manifestations
  const part = reference.slice(reference.lastIndexOf('r'))
  return [
    reactionElement(reaction, first, reference, desk.id(allergy.key, part)),
    ...others.map((other, at) =>
      reactionElement(reaction, other, reference, desk.id(allergy.key, `${part} ${at + 2}`)),
    ),
  ]
}

function reactionElement(
  reaction: Allergy['reactions'][number],
  manifestation: Coded,
  reference: string,
  id: XmlNode,
): XmlNode {
  const severity = reaction.severity === undefined ? undefined : severities[reaction.severity]
  return xml`<entryRelationship typeCode="MFST" inversionInd="true"><observation classCode="OBS" moodCode="EVN">
    <templateId root="2.16.840.1.113883.10.20.22.4.9"/>
    <templateId root="2.16.840.1.113883.10.20.22.4.9" extension="2014-06-09"/>
    ${id}
    ${assertion}
    <text><reference value="#${reference}"/></text>
    <statusCode code="completed"/>
    <effectiveTime>${point('low', reaction.onset)}</effectiveTime>
    ${codedValue(manifestation, reference)}
    ${severity && severityElement(severity)}
  </observation></entryRelationship>`
}

/** Severity Observation. */
function severityElement({ code, displayName }: { code: string; displayName: string }): XmlNode {
  return xml`<entryRelationship typeCode="SUBJ" inversionInd="true"><observation classCode="OBS" moodCode="EVN">
    <templateId root="2.16.840.1.113883.10.20.22.4.8"/>
    <templateId root="2.16.840.1.113883.10.20.22.4.8" extension="2014-06-09"/>
    <code code="SEV" codeSystem="2.16.840.1.113883.5.4" displayName="Severity"/>
    <statusCode code="completed"/>
    <value xsi:type="CD" code="${code}" codeSystem="2.16.840.1.113883.6.96" displayName="${displayName}"/>
  </observation></entryRelationship>`
}

const criticalities: Readonly<Record<string, string>> = lookup({
  high: 'CRITH',
  low: 'CRITL',
  'unable-to-assess': 'CRITU',
})

/** Criticality Observation. */
function criticality(value: string | undefined): XmlNode | undefined {
  const code = value === undefined ? undefined : criticalities[value]
  if (code === undefined) return undefined
  return xml`<entryRelationship typeCode="SUBJ" inversionInd="true"><observation classCode="OBS" moodCode="EVN">
    <templateId root="2.16.840.1.113883.10.20.22.4.145"/>
    <code code="82606-5" codeSystem="2.16.840.1.113883.6.1" displayName="Criticality"/>
    <statusCode code="completed"/>
    <value xsi:type="CD" code="${code}" codeSystem="2.16.840.1.113883.5.1063"/>
  </observation></entryRelationship>`
}

/** The coded term, where the words chosen are others. */
export function otherName(code: Coded): string {
  const { codings, text } = code
  if (text === '') return ''
  for (const { display } of codings) {
    if (display === undefined || display === '') continue
    const same = display === text || display.toLowerCase() === text.toLowerCase()
    const coded = same ? '' : ` (coded as ${display})`
    return codings.length === 1 ? coded : coded + alsoCoded(code, display)
  }
  return ''
}
