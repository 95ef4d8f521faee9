import { lookup } from '../lookup.ts'
import type { Area, AreaName, AreaWarning, Consultation, ConsultationPart, Encounter, Link } from '../ccda/record.ts'
import { optional } from './datatypes.ts'
import { extension, extensions } from './extensions.ts'
import { boolean, object, objects, rawString } from './json.ts'
import type { Reader } from './item.ts'
import type { Source, SourceEntry } from './source.ts'

/** Lists by what they are: matched on their codes, since titles vary. */
const primary: Readonly<Record<string, AreaName>> = lookup({
  '886921000000105': 'allergies',
  '1103671000000101': 'ended-allergies',
  TBD: 'ended-allergies',
  '933361000000108': 'medications',
  '717711000000103': 'problems',
  '1102181000000102': 'immunisations',
  '887191000000108': 'investigations',
  '1149501000000101': 'consultations',
  '826501000000100': 'uncategorised',
  '792931000000107': 'referrals',
  '714311000000108': 'diary',
})
const consultation = '325851000000107'
const topic = '25851000000105'
const category = '24781000000107'

const areas: readonly AreaName[] = [
  'allergies',
  'ended-allergies',
  'medications',
  'problems',
  'immunisations',
  'investigations',
  'consultations',
  'uncategorised',
  'referrals',
  'diary',
  'documents',
]

/** Which areas a parameter that was refused or disabled asks for. */
const parameters: Readonly<Record<string, AreaName>> = lookup({
  includeallergies: 'allergies',
  includemedication: 'medications',
  includeproblems: 'problems',
  includeimmunisations: 'immunisations',
  includeinvestigations: 'investigations',
  includeconsultations: 'consultations',
  includeuncategoriseddata: 'uncategorised',
  includereferrals: 'referrals',
  includediaryentries: 'diary',
})

/** A list with the code that says what it is. */
export type CodedList = {
  readonly list: SourceEntry
  readonly code: string | undefined
  /** The area that it belongs to; a list in a consultation belongs to that. */
  readonly area: AreaName | undefined
  /** A consultation, or a topic or a heading of one. */
  readonly inConsultation: boolean
}

export function codedLists(source: Source): readonly CodedList[] {
  return source.ofType('List').map((list) => {
    const code = listCode(list)
    const inConsultation = code === consultation || code === topic || code === category
    if (!inConsultation) readMarks(source, list)
    return { list, code, inConsultation, area: inConsultation || code === undefined ? undefined : areaOf(code) }
  })
}

/** What a list says of an item that it holds stands with the item; a consultation tells it in its own place. */
function readMarks(source: Source, list: SourceEntry): void {
  for (const member of objects(list.resource.entry)) {
    if (member.deleted === undefined && member.flag === undefined) continue
    source.current = list
    const target = source.resolve(member.item)
    if (target === undefined) continue
    const flag = object(member.flag)
    const words =
      source.text(flag?.text) ??
      source.text(objects(flag?.coding)[0]?.display) ??
      source.text(objects(flag?.coding)[0]?.code)
    const marks = [
      ...(boolean(member.deleted) === true ? ['Removed from its list in the record.'] : []),
      ...(words === undefined ? [] : [`Marked in its list as: ${words}.`]),
    ]
    const known = source.marks.get(target.key) ?? []
    const news = marks.filter((one) => !known.includes(one))
    if (news.length > 0) source.marks.set(target.key, [...known, ...news])
  }
}

/** The area of what a list holds, by its code. */
export function areaOfList(list: SourceEntry): AreaName | undefined {
  const code = listCode(list)
  return code === undefined ? undefined : areaOf(code)
}

function listCode(entry: SourceEntry): string | undefined {
  for (const coding of objects(object(entry.resource.code)?.coding)) {
    const code = rawString(coding.code)?.trim()
    if (code) return code
  }
  return undefined
}

const warningKinds: Readonly<Record<string, AreaWarning['kind']>> = lookup({
  'confidential-items': 'confidential',
  'data-in-transit': 'in-transit',
  'data-awaiting-filing': 'awaiting-filing',
})

/** What was asked for and what the answer says about it, from the primary lists and the warnings beside them. */
export function readAreas(
  reader: Reader,
  lists: readonly CodedList[],
  supporting: Map<string, { used: string } | { leftOut: string }>,
): { areas: Area[]; warnings: string[] } {
  const { source, datatypes } = reader
  const elsewhere: AreaWarning[] = []
  const found = new Map<AreaName, { asked: boolean; empty?: string; items: boolean; warnings: AreaWarning[] }>()
  for (const name of areas) found.set(name, { asked: false, items: false, warnings: [] })
  const readArea = ({ list, code, area: name }: CodedList): void => {
    const area = name === undefined ? undefined : found.get(name)
    // A list that nobody knows can warn all the same.
    const warnings = area?.warnings ?? elsewhere
    supporting.set(list.key, { used: name ? `The list of ${name}` : 'A list that groups what is told elsewhere' })
    const notes = datatypes.notes(list.resource.note).map((note) => note.text)
    const empty = datatypes.coded(list.resource.emptyReason)
    const said = notes.filter((words) => !/^information not available\.?$/i.test(words.trim()))
    for (const kind of warningsOf(list))
      addWarning(warnings, { kind, text: said.find((words) => suits(words, kind)) ?? wording[kind] })
    for (const words of said)
      if (!warnings.some((warning) => warning.text === words)) addWarning(warnings, { kind: 'other', text: words })
    for (const member of objects(list.resource.entry)) {
      const words = datatypes.text(object(member.item)?.display)
      if (words && rawString(object(member.item)?.reference) === undefined)
        addWarning(warnings, { kind: 'other', text: words })
    }
    if (area && code !== undefined && primary[code] === name) {
      area.asked = true
      if (objects(list.resource.entry).length > 0) area.items = true
      else if (empty) area.empty = notes.find((words) => !said.includes(words)) ?? empty.text
    }
  }
  for (const one of lists) {
    source.current = one.list
    if (!one.inConsultation) readArea(one)
    // The notes of a consultation are told where it is; a warning about it is one about consultations.
    else
      for (const kind of warningsOf(one.list))
        addWarning(found.get('consultations')?.warnings ?? elsewhere, { kind, text: wording[kind] })
  }
  if (source.ofType('DocumentReference').length > 0) {
    const documents = found.get('documents')
    if (documents) documents.asked = true
  }
  const told = areas.map((name): Area => {
    const { asked, empty, items, warnings } = found.get(name) ?? { asked: false, items: false, warnings: [] }
    return { name, asked, warnings, ...optional('empty', items ? undefined : empty) }
  })
  return { areas: told, warnings: elsewhere.map((one) => one.text) }
}

function warningsOf({ resource }: SourceEntry): readonly AreaWarning['kind'][] {
  if (resource.extension === undefined) return noKinds
  return extensions(resource, 'ListWarningCode').map(
    (one) => warningKinds[(rawString(one.valueCode ?? one.valueString) ?? '').trim()] ?? 'other',
  )
}
const noKinds: readonly AreaWarning['kind'][] = []

/** Keys of what the lists of immunisations hold: observations among them say why a vaccine was not given. */
export function immunisationMembers({ source }: Reader, lists: readonly CodedList[]): Set<string> {
  const members = new Set<string>()
  for (const { list, area } of lists) {
    if (area !== 'immunisations') continue
    source.current = list
    for (const member of objects(list.resource.entry)) {
      const target = source.resolve(member.item)
      if (target) members.add(target.key)
    }
  }
  return members
}

/** Secondary lists belong to the area their items are of: `consultations-medications-contained-in-consultations`. */
function areaOf(code: string): AreaName | undefined {
  const name = primary[code]
  if (name) return name
  const inside =
    /^(?:consultations|problems)-(.+?)(?:-contained|-related|-in-consultations|-that|-not-relating|$)/.exec(
      code,
    )?.[1] ?? ''
  if (/ended|allergies-that/.test(code)) return 'ended-allergies'
  if (inside.startsWith('allergies')) return 'allergies'
  if (inside.startsWith('medications')) return 'medications'
  if (inside.includes('problems')) return 'problems'
  if (inside.startsWith('immunisations')) return 'immunisations'
  if (inside.startsWith('investigations')) return 'investigations'
  if (inside.startsWith('consultations')) return 'consultations'
  if (inside.startsWith('uncategorised')) return 'uncategorised'
  if (inside.startsWith('outbound-referrals')) return 'referrals'
  if (inside.startsWith('diary')) return 'diary'
  return inside.startsWith('documents') ? 'documents' : undefined
}

function addWarning(warnings: AreaWarning[], warning: AreaWarning): void {
  if (!warnings.some((one) => one.kind === warning.kind && one.text === warning.text)) warnings.push(warning)
}

const wording: Readonly<Record<AreaWarning['kind'], string>> = {
  confidential: 'Items excluded due to confidentiality and/or patient preferences.',
  'in-transit':
    'Patient record transfer from previous GP practice not yet complete; information recorded before transfer may be missing.',
  'awaiting-filing':
    'Patient data may be incomplete as there is data supplied by a third party awaiting review before becoming available.',
  unsupported: 'Not supported by the GP system.',
  other: 'The GP system gives a warning that it does not explain.',
}
function suits(words: string, kind: AreaWarning['kind']): boolean {
  if (kind === 'confidential') return /confidential/i.test(words)
  if (kind === 'in-transit') return /transfer|transit/i.test(words)
  return kind === 'awaiting-filing' && /await|filing|third party/i.test(words)
}

/** Warnings that come as an OperationOutcome in the bundle: an area that is disabled or not supported. */
export function readOutcomes(
  reader: Reader,
  { areas: found, warnings: elsewhere }: { areas: Area[]; warnings: string[] },
  supporting: Map<string, { used: string } | { leftOut: string }>,
): { areas: Area[]; warnings: string[] } {
  const { source, datatypes } = reader
  const warnings: string[] = [...elsewhere]
  let result = found
  for (const outcome of source.ofType('OperationOutcome')) {
    source.current = outcome
    supporting.set(outcome.key, { used: 'Warnings at the top of the document' })
    for (const issue of objects(outcome.resource.issue)) {
      const words =
        datatypes.coded(issue.details)?.text ||
        datatypes.text(issue.diagnostics) ||
        'The GP system gives a warning that it does not explain'
      const parameter = /include[a-z]+/i.exec(`${words} ${datatypes.text(issue.diagnostics) ?? ''}`)?.[0].toLowerCase()
      const name = parameter === undefined ? undefined : parameters[parameter]
      if (name === undefined) warnings.push(words)
      else
        result = result.map((area) =>
          area.name === name
            ? { ...area, warnings: [...area.warnings, { kind: 'unsupported' as const, text: words }] }
            : area,
        )
    }
  }
  return { areas: result, warnings }
}

/** Consultations with their topics and headings, in the order of their lists; a list that holds itself is told once. */
export function readConsultations(
  reader: Reader,
  lists: readonly CodedList[],
  encounters: ReadonlyMap<string, Encounter>,
  supporting: Map<string, { used: string } | { leftOut: string }>,
): Consultation[] {
  const { source, datatypes } = reader
  const told = new Set<string>()

  const titleOf = (list: SourceEntry): string => {
    let title = datatypes.word(list.resource.title) ?? ''
    const before = (words: string): void => void (title = title === '' ? words : `${words}: ${title}`)
    if (list.resource.status === 'entered-in-error') before('Entered in error')
    if (list.notForPatient) before('Not to be disclosed to the patient')
    return title
  }
  const partsOf = (list: SourceEntry, depth: number): ConsultationPart[] => {
    const parts: ConsultationPart[] = []
    source.current = list
    const { note: notes } = list.resource
    if (notes !== undefined) for (const note of datatypes.notes(notes)) parts.push({ kind: 'text', text: note.text })
    for (const member of objects(list.resource.entry)) {
      source.current = list
      const target = source.resolve(member.item)
      const display = datatypes.word(object(member.item)?.display)
      if (boolean(member.deleted) === true) parts.push({ kind: 'text', text: 'Removed from the list:' })
      const flag = member.flag === undefined ? undefined : datatypes.coded(member.flag)?.text
      if (flag) parts.push({ kind: 'text', text: `${flag}:` })
      if (target === undefined) {
        const reference = datatypes.text(object(member.item)?.reference)
        if (display) parts.push({ kind: 'text', text: display })
        else if (reference)
          parts.push({ kind: 'text', text: reference.includes(' ') ? reference : `${reference} (not in this record)` })
      } else if (target.type !== 'List') parts.push({ kind: 'item', key: target.key, text: display ?? '' })
      else if (depth >= deepest && !told.has(target.key))
        parts.push({ kind: 'text', text: `${titleOf(target) || 'More'} (told separately)` })
      else if (!told.has(target.key)) {
        told.add(target.key)
        supporting.set(target.key, heading)
        const deeper = partsOf(target, depth + 1)
        source.current = target
        parts.push({
          kind: 'heading',
          key: target.key,
          title: titleOf(target),
          parts: deeper,
          problems: problemsOf(source, target),
        })
      } else
        source.issue({
          severity: 'warning',
          text: 'A list is part of itself or of two others; it is told once',
          resource: target.key,
        })
    }
    return parts
  }
  const consultations: Consultation[] = []
  const begin = (list: SourceEntry): void => {
    source.current = list
    told.add(list.key)
    supporting.set(list.key, notesOfConsultation)
    const encounter = encounters.get(source.resolve(list.resource.encounter)?.key ?? '')
    consultations.push({ key: list.key, encounter, title: titleOf(list), parts: partsOf(list, 0) })
  }
  for (const { list, code } of lists) if (code === consultation && !told.has(list.key)) begin(list)
  // Topics and headings that no consultation holds are notes all the same.
  for (const wanted of [topic, category])
    for (const { list, code } of lists) if (code === wanted && !told.has(list.key)) begin(list)
  return consultations
}

/** Consultations have three levels; what goes on and on is cut into pieces that each stand on their own. */
const deepest = 20

const heading = { used: 'A heading in the notes of its consultation' } as const
const notesOfConsultation = { used: 'The notes of a consultation' } as const

function problemsOf(source: Source, list: SourceEntry): readonly Link[] {
  if (list.resource.extension === undefined) return noLinks
  const links: Link[] = []
  for (const one of extensions(list.resource, 'RelatedProblemHeader')) {
    const target = source.resolve(extension(one, 'target')?.valueReference)
    if (target) links.push({ relation: 'Problem', key: target.key, text: '' })
  }
  return links
}
const noLinks: readonly Link[] = []
