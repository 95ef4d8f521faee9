import type { Call } from '../../../kernel/ports.ts'
import { asProblem, type Problem } from '../../../kernel/problem.ts'
import type { HttpRequest, HttpResponse } from '../../../platform/http/port.ts'
import type { Span } from '../../../platform/telemetry/port.ts'
import type { SoapRequest } from '../../../standards/ihe/soap/envelope.ts'
import { SoapFault } from '../../../standards/ihe/soap/fault.ts'
import { anonymous } from '../../../standards/ihe/soap/namespaces.ts'
import { httpStatus } from '../../../standards/problems/render.ts'
import type { SourcedXml } from '../../../standards/xml/read.ts'
import { recordOf } from '../audit/record.ts'
import type { AuditSender, GatewayMeter, TransactionLog } from '../audit/port.ts'
import type { Answer, AnyTransaction, Context, Gateway } from '../transactions/transaction.ts'
import { authenticate } from '../xua/authenticate.ts'
import { permit } from '../xua/permit.ts'
import type { Replays } from '../xua/replays.ts'
import type { Verifier } from '../xua/verifier.ts'
import { type Background, type Deliver, replyAsynchronously } from './asynchronous.ts'
import { asFault, receive } from './receive.ts'
import type { Journey } from './journey.ts'
import { respond, respondFault } from './respond.ts'
import { traceOf } from './trace.ts'

export type SoapDeps = {
  readonly gateway: Gateway
  readonly transactions: readonly AnyTransaction[]
  readonly verify: Verifier
  readonly replays: Replays
  readonly log: TransactionLog
  readonly sender: AuditSender
  readonly meter: GatewayMeter
  readonly deliver: Deliver
  readonly background: Background
  readonly clock: () => Date
  /** SHA-256 fingerprint of the client certificate, as the listener or a trusted proxy tells it. */
  readonly clientCertificate: (request: HttpRequest) => string | undefined
  readonly clientAddress: (request: HttpRequest) => string | undefined
  /** For what the listener refuses before there is a call. */
  readonly refusedCall: (requestId: string) => Call
}

/** One SOAP request: a Fault until a transaction is chosen and the asker known, the transaction's own answer from then on. */
export async function handleSoap(deps: SoapDeps, call: Call, http: HttpRequest): Promise<HttpResponse> {
  const at = deps.clock()
  const journey: Journey = {
    at,
    path: http.path,
    address: deps.clientAddress(http),
  }
  const { mtom, messageId, result } = receive(http, deps.gateway.settings.maxRequestBytes)
  if (messageId) journey.messageId = messageId
  const faulted = async (thrown: unknown, span?: Span) => {
    const fault = asFault(thrown)
    if (fault.kind === 'internal') call.log.error('soap.failed', { error: traceOf(fault.cause) })
    await finish(deps, call, { ...journey, fault }, span)
    return respondFault(fault, messageId, mtom, deps.gateway.ids())
  }
  if ('fault' in result) return faulted(result.fault)
  const { request, message } = result
  journey.message = message
  let transaction: AnyTransaction
  try {
    transaction = choose(deps.transactions, http.path, request)
  } catch (thrown) {
    return faulted(thrown)
  }
  journey.transaction = transaction
  return deps.gateway.tracer.within(call, transaction.name, (within, span) =>
    carryOut(deps, within, http, { transaction, request, message, mtom }, journey, span).catch((thrown: unknown) =>
      faulted(thrown, span),
    ),
  )
}

type Chosen = {
  readonly transaction: AnyTransaction
  readonly request: SoapRequest
  readonly message: SourcedXml
  readonly mtom: boolean
}

/** Whatever is thrown here is a Fault. */
async function carryOut(
  deps: SoapDeps,
  call: Call,
  http: HttpRequest,
  { transaction, request, message, mtom }: Chosen,
  journey: Journey,
  span: Span,
): Promise<HttpResponse> {
  const credentials = {
    message,
    messageId: request.messageId,
    clientCertificate: deps.clientCertificate(http),
  }
  const authenticated = await deps.gateway.tracer.within(call, 'XUA', (inner) =>
    authenticate(inner, credentials, deps.gateway.settings, deps, journey.at),
  )
  journey.authenticated = authenticated
  const parsed = { request: transaction.read(request.body) }
  journey.parsed = parsed
  const asynchronous = request.replyTo !== anonymous
  if (asynchronous && !deps.gateway.settings.replyTo.includes(request.replyTo))
    throw new SoapFault('forbidden', 'Answers go to the anonymous address, or to an address agreed on before', {
      subcode: 'wsa:InvalidAddressingHeader',
    })
  const work = async (context: Context, within: Span) => {
    const answer = await run(context, transaction, parsed.request)
    journey.answer = answer
    await finish(deps, context.call, journey, within)
    return answer
  }
  const context: Context = {
    call,
    asking: authenticated.asking,
    community: authenticated.community,
    now: journey.at,
    gateway: deps.gateway,
  }
  const outgoing = { mtom, id: deps.gateway.ids(), relatesTo: request.messageId, action: transaction.responseAction }
  if (asynchronous) return replyAsynchronously(deps, context, request.replyTo, outgoing, work)
  const answer = await work(context, span)
  const headers = { action: outgoing.action, relatesTo: outgoing.relatesTo }
  return respond({ headers, body: answer.body, attachments: answer.attachments ?? [], mtom, id: outgoing.id })
}

/** What the listener refused: too large, at no address, by another method. A Fault and an audit record all the same. */
export function refuseSoap(deps: SoapDeps, problem: Problem, requestId: string): HttpResponse {
  const fault = asFault(problem)
  const journey: Journey = { at: deps.clock(), path: '/SOAP', address: undefined, fault }
  void finish(deps, deps.refusedCall(requestId), journey)
  return { ...respondFault(fault, undefined, false, deps.gateway.ids()), status: httpStatus(problem) }
}

/** By address, Action and body together: a message that says two things is not guessed about. */
function choose(transactions: readonly AnyTransaction[], path: string, { action, body }: SoapRequest): AnyTransaction {
  const found = transactions.find((one) => one.path === path && one.action === action)
  if (!found)
    throw new SoapFault('unsupported', 'The Action is not one of this address', { subcode: 'wsa:ActionNotSupported' })
  if (body.local !== found.body.local || body.namespace !== found.body.namespace)
    throw new SoapFault('invalid', 'The body is not the message the Action says', {
      subcode: 'wsa:InvalidAddressingHeader',
    })
  return found
}

async function run(context: Context, transaction: AnyTransaction, request: unknown): Promise<Answer> {
  try {
    permit(context.community, transaction.name, context.asking)
    return await transaction.run(context, request)
  } catch (thrown) {
    const problem = asProblem(thrown)
    if (problem.kind === 'internal')
      context.call.log.error('transaction.failed', { transaction: transaction.name, error: traceOf(problem.cause) })
    return transaction.renderProblem(context, request, problem)
  }
}

/** Audit, metrics and one line of log, whatever came of the request. */
async function finish(deps: SoapDeps, call: Call, journey: Journey, span?: Span): Promise<void> {
  const record = recordOf(journey, deps.gateway, deps.clock())
  span?.set({ 'weft.outcome': record.outcome, 'weft.transaction.id': record.id })
  if (!record.ok) span?.fail(record.outcome)
  call.log.info('transaction', {
    id: record.id,
    transaction: record.transaction,
    outcome: record.outcome,
    ms: record.durationMs,
    ...(journey.fault && { reason: journey.fault.message }),
  })
  deps.meter.transaction(record.transaction, record.outcome, record.durationMs / 1000)
  deps.sender.send(record.auditMessage, record.at)
  try {
    await deps.log.keep(call, record)
  } catch (thrown) {
    call.log.error('audit.not-kept', { id: record.id, error: traceOf(thrown) })
  }
}
