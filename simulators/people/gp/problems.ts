/**
 * A problem header (Condition) and the entry it was made from (its actual problem).
 * https://developer.nhs.uk/apis/gpconnect-1-6-0/accessrecord_structured_development_problems.html
 */
import type { Resource } from '../../../src/standards/fhir/types.ts'
import type { Problem } from '../person.ts'
import type { Item } from './item.ts'
import { practitionerRef } from './people.ts'
import { careConnect, coded, snomed, type Writer } from './shape.ts'

/** `linked` are the references a problem has to what was done about it. */
export function problemItems(writer: Writer, linked: (problem: string) => readonly string[]): Item[] {
  return writer.person.history.problems.map(
    (problem): Item => ({
      area: 'problems',
      key: problem.key,
      day: problem.onset,
      consultation: problem.consultation,
      main: condition(writer, problem, linked(problem.key)),
      others: [actualProblem(writer, problem)],
      heading: 'Problem',
    }),
  )
}

function condition(writer: Writer, problem: Problem, linked: readonly string[]): Resource {
  return {
    ...writer.head('Condition', problem.key, 'ProblemHeader-Condition'),
    extension: [
      { url: careConnect('ProblemSignificance'), valueCode: problem.significance },
      { url: careConnect('ActualProblem'), valueReference: writer.ref('Observation', `${problem.key}-actual`) },
      ...relatives(writer, problem),
      ...[`Encounter/${writer.id(problem.consultation)}`, ...linked].map((reference) => ({
        url: careConnect('RelatedClinicalContent'),
        valueReference: { reference },
      })),
    ],
    clinicalStatus: problem.ended ? 'inactive' : 'active',
    category: [
      coded(
        'https://fhir.hl7.org.uk/STU3/CodeSystem/CareConnect-ConditionCategory-1',
        'problem-list-item',
        'Problem List Item',
      ),
    ],
    code: snomed(problem.concept),
    subject: writer.subject,
    context: writer.ref('Encounter', problem.consultation),
    onsetDateTime: problem.onset,
    ...(problem.ended && { abatementDateTime: problem.ended }),
    assertedDate: problem.onset,
    asserter: practitionerRef(writer, writer.person.gp),
  }
}

/** Problems brought up together: the more significant is the parent of the others. */
function relatives(writer: Writer, problem: Problem): object[] {
  const together = writer.person.history.problems.filter(({ consultation }) => consultation === problem.consultation)
  const parent = together.find(({ significance }) => significance === 'major') ?? together[0]
  const related = (type: 'parent' | 'child', { key }: Problem) => ({
    url: careConnect('RelatedProblemHeader'),
    extension: [
      { url: 'type', valueCode: type },
      { url: 'target', valueReference: writer.ref('Condition', key) },
    ],
  })
  if (!parent || together.length < 2) return []
  if (parent !== problem) return [related('parent', parent)]
  return together.filter((each) => each !== parent).map((child) => related('child', child))
}

function actualProblem(writer: Writer, problem: Problem): Resource {
  return {
    ...writer.head('Observation', `${problem.key}-actual`),
    status: 'final',
    code: snomed(problem.concept),
    subject: writer.subject,
    context: writer.ref('Encounter', problem.consultation),
    effectiveDateTime: problem.onset,
    issued: `${problem.onset}T12:00:00+00:00`,
    performer: [practitionerRef(writer, writer.person.gp)],
  }
}
