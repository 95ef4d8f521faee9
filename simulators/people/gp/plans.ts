/** Referrals, diary entries and documents. https://developer.nhs.uk/apis/gpconnect-1-6-0/accessrecord_structured_development_referrals.html */
import type { Resource } from '../../../src/standards/fhir/types.ts'
import type { Item } from './item.ts'
import { hospitalRef, practiceRef, practitionerRef } from './people.ts'
import { local, snomed, type Writer } from './shape.ts'

export const referralItems = (writer: Writer): Item[] =>
  writer.person.history.referrals.map((each): Item => {
    const main: Resource = {
      ...writer.head('ReferralRequest', each.key),
      status: 'unknown',
      intent: 'order',
      priority: each.priority,
      subject: writer.subject,
      context: writer.ref('Encounter', each.consultation),
      authoredOn: each.day,
      requester: { agent: practitionerRef(writer, writer.person.gp), onBehalfOf: practiceRef(writer) },
      specialty: { text: each.specialty },
      recipient: [hospitalRef(writer)],
      reasonCode: [snomed(each.concept)],
      description: `Please see for ${each.specialty.toLowerCase()} opinion.`,
    }
    return {
      area: 'referrals',
      key: each.key,
      day: each.day,
      consultation: each.consultation,
      ...(each.problem && { problem: each.problem }),
      main,
      others: [],
      heading: 'Plan',
    }
  })

export const diaryItems = (writer: Writer): Item[] =>
  writer.person.history.diary.map((each): Item => {
    const main: Resource = {
      ...writer.head('ProcedureRequest', each.key),
      status: 'active',
      intent: 'plan',
      code: snomed(each.concept),
      subject: writer.subject,
      context: writer.ref('Encounter', each.consultation),
      occurrenceDateTime: each.due,
      authoredOn: each.authored,
      requester: { agent: practitionerRef(writer, writer.person.gp) },
    }
    return {
      area: 'diaryEntries',
      key: each.key,
      day: each.due,
      consultation: each.consultation,
      main,
      others: [],
      heading: 'Plan',
    }
  })

export const documentItems = (writer: Writer): Item[] =>
  writer.person.history.documents.map((each): Item => {
    const id = writer.id(each.key)
    const main: Resource = {
      ...writer.head('DocumentReference', each.key),
      masterIdentifier: { system: 'https://weft.example/made-documents', value: id },
      status: 'current',
      type: { text: each.title },
      subject: writer.subject,
      created: each.day,
      indexed: local(each.day, 840),
      author: [hospitalRef(writer)],
      custodian: practiceRef(writer),
      description: each.title,
      content: [
        {
          attachment: {
            contentType: each.contentType,
            url: `https://gp.example/${writer.person.practice.odsCode}/STU3/1/documents/Binary/${id}`,
            size: each.size,
          },
        },
      ],
      context: { encounter: writer.ref('Encounter', each.consultation) },
    }
    return {
      area: 'documents',
      key: each.key,
      day: each.day,
      consultation: each.consultation,
      main,
      others: [],
      heading: 'Plan',
    }
  })
