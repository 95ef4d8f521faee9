/**
 * Encounter → List (consultation) → List (topic) → List (heading) → what was written down.
 * https://developer.nhs.uk/apis/gpconnect-1-6-0/accessrecord_structured_development_consultations.html
 */
import type { Resource } from '../../../src/standards/fhir/types.ts'
import type { Concept, Consultation } from '../person.ts'
import type { Item } from './item.ts'
import { practiceRef, practitionerRef } from './people.ts'
import { careConnect, coded, local, nhs, profile, snomed, type Writer } from './shape.ts'

const manners: Record<Consultation['manner'], Concept> = {
  surgery: { code: '325861000000105', display: 'Face to face consultation' },
  telephone: { code: '325891000000104', display: 'Consultation by telephone' },
  home: { code: '325861000000105', display: 'Face to face consultation' },
  hospital: { code: '325861000000105', display: 'Face to face consultation' },
}

/** `written` are the items of this consultation that a reader may see. */
export function consultationItem(writer: Writer, visit: Consultation, written: readonly Item[]): Item {
  const at = local(visit.day, visit.minute)
  const notes = visit.notes.map((note, n) => ({
    heading: note.heading,
    resource: narrative(writer, visit, note.text, n, at),
  }))
  const list = (
    key: string,
    title: string,
    concept: Concept,
    entries: readonly string[],
    rest: object = {},
  ): Resource => ({
    resourceType: 'List',
    id: writer.id(key),
    meta: profile('List'),
    ...rest,
    status: 'current',
    mode: 'snapshot',
    title,
    code: snomed(concept),
    subject: writer.subject,
    encounter: writer.ref('Encounter', visit.key),
    date: at,
    orderedBy: coded('http://hl7.org/fhir/list-order', 'system', 'Sorted by System'),
    ...(entries.length > 0 && { entry: entries.map((reference) => ({ item: { reference } })) }),
  })

  const headings = (['Problem', 'History', 'Examination', 'Plan'] as const).flatMap((heading) => {
    const entries = [
      ...notes.filter((note) => note.heading === heading).map(({ resource }) => `Observation/${resource.id}`),
      // An ended allergy is inside its own List and cannot be pointed at from here.
      ...written.filter((item) => item.heading === heading && !item.ended).flatMap(pointedAt),
    ]
    return entries.length > 0
      ? [list(`${visit.key}-${heading}`, heading, { code: '24781000000107', display: 'Category (EHR)' }, entries)]
      : []
  })
  const problem = written.find(({ area }) => area === 'problems')
  const topic = list(
    `${visit.key}-topic`,
    visit.reason.display,
    { code: '25851000000105', display: 'Topic (EHR)' },
    headings.map(({ id }) => `List/${id}`),
    problem && {
      extension: [
        {
          url: careConnect('RelatedProblemHeader'),
          extension: [{ url: 'target', valueReference: { reference: `Condition/${problem.main.id}` } }],
        },
      ],
    },
  )
  const tree = list(
    `${visit.key}-tree`,
    manners[visit.manner].display,
    { code: '325851000000107', display: 'Consultation' },
    [`List/${topic.id}`],
  )
  return {
    area: 'consultations',
    key: visit.key,
    day: visit.day,
    main: encounter(writer, visit),
    others: [tree, topic, ...headings, ...notes.map(({ resource }) => resource)],
    heading: 'History',
  }
}

/** A medication is entered in a consultation by its requests, everything else by itself. */
function pointedAt({ area, main, others }: Item): string[] {
  if (area === 'medication') {
    return others
      .filter(({ resourceType, intent }) => resourceType === 'MedicationRequest' && intent === 'plan')
      .map(({ id }) => `MedicationRequest/${id}`)
  }
  if (area === 'problems') return [`Condition/${main.id}`, ...others.map(({ id }) => `Observation/${id}`)]
  return [`${main.resourceType}/${main.id}`]
}

function narrative(writer: Writer, visit: Consultation, text: string, n: number, at: string): Resource {
  return {
    ...writer.head('Observation', `${visit.key}-note-${n + 1}`),
    status: 'final',
    code: snomed({ code: '37331000000100', display: 'Comment note' }),
    subject: writer.subject,
    context: writer.ref('Encounter', visit.key),
    effectiveDateTime: at,
    issued: at,
    performer: [practitionerRef(writer, visit.clinician)],
    comment: text,
  }
}

function encounter(writer: Writer, visit: Consultation): Resource {
  const who = (code: string, display: string) => ({
    type: [
      code === 'REC'
        ? nhs('GPConnect-ParticipantType', code, display)
        : coded('http://hl7.org/fhir/v3/ParticipationType', code, display),
    ],
    individual: practitionerRef(writer, visit.clinician),
  })
  return {
    ...writer.head('Encounter', visit.key),
    status: 'finished',
    type: [{ ...snomed(manners[visit.manner]), ...(visit.manner === 'home' && { text: 'Home visit' }) }],
    subject: writer.subject,
    participant: [who('PPRF', 'primary performer'), who('REC', 'recorder')],
    period: { start: local(visit.day, visit.minute), end: local(visit.day, visit.minute + visit.minutes) },
    length: { value: visit.minutes, unit: 'minute', system: 'http://unitsofmeasure.org', code: 'min' },
    serviceProvider: practiceRef(writer),
  }
}
