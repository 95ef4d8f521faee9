import { type AuditEvent, auditMessage } from '../../../standards/ihe/atna/audit-message.ts'
import type { Journey } from '../soap/journey.ts'
import type { Gateway } from '../transactions/transaction.ts'
import { askedIn } from './asked.ts'
import type { TransactionRecord } from './port.ts'

/** What audit keeps of one request: the message for people who may know who the patient was, and the rest for everybody else. */
export function recordOf(
  journey: Journey,
  { settings, ids }: Pick<Gateway, 'settings' | 'ids'>,
  end: Date,
): TransactionRecord {
  const { transaction, authenticated, answer, fault } = journey
  // Before anybody is known it is an attempt to get in, and a failed one.
  const name = transaction && (authenticated || fault?.kind !== 'unauthenticated') ? transaction.name : undefined
  return {
    id: ids(),
    at: journey.at,
    transaction: name ?? (fault?.kind === 'unauthenticated' ? 'authentication' : 'unknown'),
    messageId: journey.messageId,
    community: authenticated?.community.id,
    outcome: answer?.outcome.word ?? `fault: ${fault?.subcode ?? fault?.faultCode ?? 'unknown'}`,
    ok: answer?.outcome.ok ?? false,
    durationMs: Math.max(0, end.getTime() - journey.at.getTime()),
    auditMessage: auditMessage(eventOf(journey, name, settings)),
  }
}

/** At most so much of a request is repeated in the audit. */
const maxPayload = 100_000

function eventOf(
  journey: Journey,
  name: AuditEvent['transaction'] | undefined,
  settings: Gateway['settings'],
): AuditEvent {
  const { transaction, authenticated, parsed, answer, fault } = journey
  const asked = transaction && parsed ? transaction.audit(parsed.request, settings) : undefined
  const purpose = authenticated?.asking.purposeOfUse
  const patients = new Set([...(asked?.patients ?? []), ...(answer?.patients ?? [])])
  return {
    transaction: name ?? 'authentication',
    at: journey.at,
    outcome: answer?.outcome.ok
      ? 'success'
      : fault?.faultCode === 'Receiver'
        ? 'major-failure'
        : answer
          ? 'minor-failure'
          : 'serious-failure',
    description: answer?.outcome.word ?? fault?.message ?? '',
    ...(purpose?.code && { purposeOfUse: purpose }),
    source: { userId: authenticated?.community.id ?? 'unknown', address: journey.address },
    ...(authenticated && {
      user: {
        alias: authenticated.assertion.attributes.name ?? '',
        name: authenticated.asking.userId,
        issuer: authenticated.assertion.issuer,
        role: authenticated.asking.role,
      },
    }),
    destination: { userId: journey.path, process: settings.audit.sourceId, address: settings.audit.sourceId },
    auditSource: { id: settings.audit.sourceId, enterpriseSiteId: settings.audit.enterpriseSiteId },
    patients: [...patients],
    ...(asked?.queryId !== undefined &&
      journey.message && {
        query: {
          id: asked.queryId,
          payload: askedIn(journey.message).subarray(0, maxPayload),
          homeCommunityId: settings.homeCommunityId,
        },
      }),
    documents: answer?.documents ?? [],
  }
}
