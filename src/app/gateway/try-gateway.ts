import { Buffer } from 'node:buffer'
import { faultOf, readAnswer, readDiscovery, readQuery, readRetrieve, type Told } from './ehr-answers.ts'
import { discoveryRequest, type EhrRequest, type EhrTools, queryRequest, retrieveRequest } from './ehr-requests.ts'

export type Post = (path: string, contentType: string, body: Buffer) => Promise<{ contentType: string; body: Buffer }>
export type Tried = { readonly ok: boolean; readonly document: Buffer | undefined }

/** Discovery, query, retrieve: what an EHR does when a clinician opens a patient. Each step is told with its time. */
export async function tryGateway(
  post: Post,
  tools: () => EhrTools,
  nhsNumber: string,
  tell: (line: string) => void,
  seconds: () => number,
): Promise<Tried> {
  const step = async <T extends Told>(
    name: string,
    request: EhrRequest,
    read: (message: ReturnType<typeof readAnswer>) => T,
    mtom = false,
  ): Promise<T | undefined> => {
    const from = seconds()
    const { contentType, body } = await post(
      request.path,
      mtom ? mtomType : 'application/soap+xml; charset=UTF-8',
      Buffer.from(mtom ? packed(request.text) : request.text),
    )
    const message = readAnswer(body, contentType)
    const told = faultOf(message) ?? read(message)
    tell(
      `${name.padEnd(34)} ${told.outcome.padEnd(16)} ${Math.round((seconds() - from) * 1000)} ms, ${body.length} bytes`,
    )
    for (const detail of told.details) tell(`  ${detail}`)
    return 'ok' in told && told.ok ? (told as T) : undefined
  }
  const found = await step('ITI-55 patient discovery', discoveryRequest(tools(), 'iti55', nhsNumber), readDiscovery)
  if (!found) return { ok: false, document: undefined }
  const patient = found.patients[0] ?? nhsNumber
  tell(`  patient ${patient}`)
  const listed = await step('ITI-38 cross gateway query', queryRequest(tools(), patient), readQuery)
  for (const document of listed?.documents ?? [])
    tell(`  ${document.kind.padEnd(9)} ${document.documentUniqueId}  ${document.title}`)
  const wanted = listed?.documents.find(({ kind }) => kind === 'stable') ?? listed?.documents[0]
  if (!wanted) return { ok: false, document: undefined }
  const got = await step('ITI-39 cross gateway retrieve', retrieveRequest(tools(), wanted), readRetrieve, true)
  return { ok: got?.document !== undefined, document: got?.document }
}

const mtomType =
  'multipart/related; boundary="ehr"; type="application/xop+xml"; start="<request@ehr>"; start-info="application/soap+xml"'
const packed = (text: string) =>
  `--ehr\r\nContent-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <request@ehr>\r\n\r\n${text}\r\n--ehr--\r\n`
