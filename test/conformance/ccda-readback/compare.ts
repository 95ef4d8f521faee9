/** A record and its document side by side: what a clinician needs is in both, and equal. */
import {
  type Check,
  type Difference,
  hasCode,
  holds,
  isFrom,
  isNullFlavor,
  lacking,
  paired,
  sameThing,
  show,
  wordsIn,
} from './agree.ts'
import { squeeze } from './cda.ts'
import { compareResults, compareSecrets, compareStatements, compareWords } from './compare-results.ts'
import type { SourceConcept, SourceRecord } from './read-bundle.ts'
import type { ReadDocument } from './read-document.ts'
import { sameTime } from './times.ts'

export function compare(source: SourceRecord, document: ReadDocument): Difference[] {
  return [
    ...comparePatient(source, document),
    ...compareAllergies(source, document),
    ...compareMedications(source, document),
    ...compareProblems(source, document),
    ...compareImmunizations(source, document),
    ...compareResults(source, document),
    ...compareStatements(source, document),
    ...compareSecrets(source, document),
    ...compareWords(source, document),
  ]
}

const nhsNumberOid = '2.16.840.1.113883.2.1.4.1'
const genders: Record<string, string> = { male: 'M', female: 'F', other: 'UN' }

function comparePatient({ patient }: SourceRecord, { patient: found }: ReadDocument): Difference[] {
  if (!patient) return []
  const same = (expected: readonly string[], names: readonly string[]) =>
    expected.every((each) => names.some((name) => holds(name, each)))
  const checks: Check[] = [
    [
      'NHS number',
      !patient.nhsNumber || found.ids.includes(`${nhsNumberOid}|${patient.nhsNumber}`),
      patient.nhsNumber,
      found.ids,
    ],
    ['family', same(patient.families, found.families), patient.families, found.families],
    ['given', same(patient.givens, found.givens), patient.givens, found.givens],
    ['birth', sameTime(patient.birthDate, found.birthTime), patient.birthDate, found.birthTime],
    ['gender', genders[patient.gender ?? ''] === found.gender, patient.gender, found.gender],
    ['postcode', same(patient.postcodes, found.postcodes), patient.postcodes, found.postcodes],
  ]
  return checks.flatMap(([field, ok, expected, actual]) =>
    ok ? [] : [{ what: 'patient', id: '', field, expected: show(expected), found: show(actual) }],
  )
}

function compareAllergies({ allergies }: SourceRecord, document: ReadDocument): Difference[] {
  return paired(
    'allergy',
    allergies,
    document.allergies,
    (source, entry) =>
      isNoAllergy(source.concept)
        ? entry.negated && holds(entry.row.toLowerCase(), 'no known')
        : !entry.negated && sameThing(source.concept, entry.substance, entry.allCodes, entry.row),
    (source, entry) => {
      const texts = `${entry.row} ${entry.substance.text ?? ''}`
      return [
        ['id', isFrom(source.id, entry), source.id, entry.ids],
        [
          'codes',
          isNoAllergy(source.concept) || lacking(source.concept, entry.allCodes).length === 0,
          lacking(source.concept, entry.allCodes),
          entry.substance.codes,
        ],
        ['text', !source.concept.text || holds(texts, source.concept.text), source.concept.text, texts],
        [
          'status',
          source.ended ? entry.concernStatus !== 'active' : entry.concernStatus === 'active',
          source.ended ? 'ended' : 'active',
          entry.concernStatus,
        ],
        ['onset', sameTime(source.onset, entry.time.low), source.onset, entry.time.low],
        ['end', !source.ended || sameTime(source.end, entry.time.high), source.end, entry.time.high],
        ...source.reactions.map(
          (reaction, n): Check => [
            `reaction ${n}`,
            entry.reactions.some((each) => lacking(reaction.concept, each.value.codes).length === 0) &&
              (!reaction.concept.text || holds(entry.row, reaction.concept.text)),
            reaction.concept,
            entry.reactions.map(({ value }) => value.codes),
          ],
        ),
        ...source.reactions.map(
          (reaction, n): Check => [
            `severity ${n}`,
            !reaction.severity ||
              entry.reactions.some(({ severity }) =>
                severity?.codes.some(({ code }) => code === severities[reaction.severity ?? '']),
              ),
            reaction.severity,
            entry.reactions.map(({ severity }) => severity?.codes),
          ],
        ),
        ...wordsIn(source.words, entry.row),
      ]
    },
  )
}
/** "No known allergy" and what is under it: told by negation. A code that a transfer degraded keeps its meaning in the words. */
const isNoAllergy = ({ codes, text }: SourceConcept) =>
  /^no known allerg(?:y|ies)$/i.test(text?.trim() ?? '') ||
  codes.some(({ code }) => ['716186003', '409137002', '428607008', '429625007'].includes(code))
const severities: Record<string, string> = { mild: '255604002', moderate: '6736007', severe: '24484000' }

function compareMedications({ medications, plansAlone }: SourceRecord, document: ReadDocument): Difference[] {
  const extra = document.medications.length - medications.length - plansAlone
  return [
    ...(extra > 0
      ? [
          {
            what: 'medication',
            id: '',
            field: 'count',
            expected: String(medications.length),
            found: String(document.medications.length),
          },
        ]
      : []),
    ...paired(
      'medication',
      medications,
      document.medications,
      (source, entry) => sameThing(source.drug, entry.drug, entry.drug.codes, entry.row),
      (source, entry) => {
        const missing = source.drug ? lacking(source.drug, entry.drug.codes) : []
        const texts = `${entry.row} ${entry.drug.text ?? ''}`
        return [
          ['id', isFrom(source.id, entry), source.id, entry.ids],
          ['codes', missing.length === 0, missing, entry.drug.codes],
          ['text', !source.drug?.text || holds(texts, source.drug.text), source.drug?.text, texts],
          ['status', (source.status === 'active') === (entry.status === 'active'), source.status, entry.status],
          ['start', sameTime(source.start, entry.time.low), source.start, entry.time.low],
          ['end', sameTime(source.end, entry.time.high), source.end, entry.time.high],
          ['issues', entry.supplies >= source.orders, source.orders, entry.supplies],
          ['not computed', !entry.hasDoseQuantity, 'no dose quantity', 'a dose quantity'],
          ...wordsIn(source.words, entry.row),
        ]
      },
    ),
  ]
}

const activeStatus = '55561003'

function compareProblems({ problems }: SourceRecord, document: ReadDocument): Difference[] {
  return paired(
    'problem',
    problems,
    document.problems,
    (source, entry) => sameThing(source.concept, entry.value, entry.value.codes, entry.row),
    (source, entry) => {
      const missing = lacking(source.concept, entry.value.codes)
      const texts = `${entry.row} ${entry.value.text ?? ''}`
      const status = entry.status?.codes[0]?.code
      return [
        ['id', isFrom(source.id, entry), source.id, entry.ids],
        ['codes', missing.length === 0, missing, entry.value.codes],
        ['text', !source.concept.text || holds(texts, source.concept.text), source.concept.text, texts],
        ['status', source.active ? status === activeStatus : status !== activeStatus, source.active, status],
        ['concern', source.active === (entry.concernStatus === 'active'), source.active, entry.concernStatus],
        ['onset', sameTime(source.onset, entry.time.low), source.onset, entry.time.low],
        ['abatement', sameTime(source.abatement, entry.time.high), source.abatement, entry.time.high],
        [
          'significance',
          !source.significance || holds(entry.row.toLowerCase(), source.significance),
          source.significance,
          entry.row,
        ],
        ...wordsIn(source.words, entry.row),
      ]
    },
  )
}

function compareImmunizations({ immunizations }: SourceRecord, document: ReadDocument): Difference[] {
  return paired(
    'immunization',
    immunizations,
    document.immunizations,
    (source, entry) =>
      [source.vaccine, source.procedure].some((concept) =>
        concept.codes.some((code) => !isNullFlavor(code) && hasCode(entry.allCodes, code)),
      ) ||
      (source.procedure.codes.length === 0 && holds(entry.row, source.procedure.text ?? source.vaccine.text ?? '')),
    (source, entry) => {
      const missing = [...lacking(source.vaccine, entry.allCodes), ...lacking(source.procedure, entry.allCodes)]
      const texts = `${entry.row} ${entry.vaccine.text ?? ''}`
      return [
        ['id', isFrom(source.id, entry), source.id, entry.ids],
        ['codes', missing.length === 0, missing, entry.allCodes],
        ...[source.vaccine.text, source.procedure.text].map(
          (text): Check => ['text', !text || holds(texts, text), text, texts],
        ),
        ['given', source.given === !entry.negated, source.given, !entry.negated],
        ['status', entry.status === 'completed', 'completed', entry.status],
        ['date', sameTime(source.date, entry.time.low), source.date, entry.time.low],
        ['lot', !source.lot || entry.lot === squeeze(source.lot), source.lot, entry.lot],
        ...wordsIn(source.words, entry.row),
      ]
    },
  )
}
