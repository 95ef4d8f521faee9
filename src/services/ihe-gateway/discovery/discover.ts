import type { InstanceIdentifier } from '../../../standards/ihe/hl7v3/data-types.ts'
import type { PatientQueryMessage, QueryByParameter } from '../../../standards/ihe/hl7v3/patient-query.ts'
import { nhsNumberOid, parseNhsNumber } from '../../../standards/nhs/nhs-number.ts'
import type { Context } from '../transactions/transaction.ts'
import { type Finding, findingOf } from './finding.ts'
import { questionOf } from './question.ts'

/** Looks up the EHR's identifiers, asks the sources, and remembers which identifiers are whose. */
export async function discover(context: Context, { query, wrong }: PatientQueryMessage): Promise<Finding> {
  if (wrong.length)
    return {
      word: 'wrong-parameter',
      matches: [],
      details: wrong.map(({ location, text }) => ({ type: 'E', text, location })),
      trouble: 'no-answer',
    }
  const unknown = unknownScope(context, query)
  if (unknown) return unknown
  const numbers = await knownNumbers(context, query)
  const question = questionOf(query, ({ root, extension }) => numbers.get(`${root}|${extension}`))
  if ('nobody' in question) return { word: 'none', matches: [], details: [] }
  if ('invalidNumber' in question) return findingOf({ outcome: 'invalid-number' }, () => [])
  if ('nothingAsked' in question)
    return {
      word: 'nothing-asked',
      matches: [],
      details: [{ type: 'E', text: 'The query says nothing of the patient' }],
      trouble: 'ask-better',
    }
  return merge(await askEach(context, query, question.ask))
}

type Asked = Extract<ReturnType<typeof questionOf>, { ask: unknown }>['ask']

async function askEach(context: Context, query: QueryByParameter, questions: Asked): Promise<Finding[]> {
  const { call, asking, community, gateway } = context
  const findings: Finding[] = []
  for (const question of questions) {
    const answer = await gateway.sources.findPatient(call, asking, question)
    const bare = findingOf(answer, () => [])
    const number = parseNhsNumber(bare.matches[0]?.id.extension ?? '')
    if (number) {
      for (const id of localIds(context, query)) await gateway.mapping.keep(call, community.id, id, number)
    }
    const others = number ? await gateway.mapping.of(call, community.id, number) : []
    findings.push(findingOf(answer, () => others))
  }
  return findings
}

/** One finding of several questions: whoever was found, else the first trouble, else nobody. */
function merge(findings: readonly Finding[]): Finding {
  if (findings.length === 1) return findings[0]!
  const found = findings.filter(({ matches }) => matches.length > 0)
  const seen = new Set<string>()
  const matches = found
    .flatMap((one) => one.matches)
    .filter(({ id }) => !seen.has(id.extension ?? '') && seen.add(id.extension ?? ''))
  const first = found[0] ?? findings.find(({ trouble }) => trouble) ?? findings[0]!
  return {
    ...first,
    matches,
    details: [
      ...new Map((found.length ? found : [first]).flatMap((one) => one.details).map((one) => [one.text, one])).values(),
    ],
  }
}

/** Case 4 of 3.47.4.2.3: an assigning authority nobody here knows. */
function unknownScope({ community }: Context, query: QueryByParameter): Finding | undefined {
  const known = new Set([nhsNumberOid, ...community.patientIdRoots])
  const at = query.scopingOrganizations.findIndex((root) => !known.has(root))
  if (at < 0) return undefined
  return {
    word: 'unknown-scoping-organisation',
    matches: [],
    details: [
      {
        type: 'E',
        code: '204',
        text: 'The assigning authority is not known here',
        location: `/PRPA_IN201305UV02/controlActProcess/queryByParameter/parameterList/otherIDsScopingOrganization[${at + 1}]/value`,
      },
    ],
    trouble: 'no-answer',
  }
}

/** Only the EHR's own identifiers are remembered, and only where one patient is meant: values beside each other are alternatives. */
function localIds({ community }: Context, query: QueryByParameter): InstanceIdentifier[] {
  return query.ids
    .filter((alternatives) => alternatives.length === 1)
    .flat()
    .filter(({ root }) => community.patientIdRoots.includes(root))
}

async function knownNumbers(
  { call, community, gateway }: Context,
  query: QueryByParameter,
): Promise<Map<string, string>> {
  const numbers = new Map<string, string>()
  for (const id of query.ids.flat()) {
    if (!community.patientIdRoots.includes(id.root)) continue
    const number = await gateway.mapping.find(call, community.id, id)
    if (number) numbers.set(`${id.root}|${id.extension}`, number)
  }
  return numbers
}
