/** The FHIR API over HTTP: one route for each interaction. https://hl7.org/fhir/R4/http.html */
import type { Call } from '../../../kernel/ports.ts'
import type { HttpRequest, HttpResponse, Mount, Route } from '../../../platform/http/port.ts'
import type { Tracer } from '../../../platform/telemetry/port.ts'
import { httpStatus } from '../../../standards/problems/render.ts'
import { absentOperation, run } from '../interactions/dispatch.ts'
import { interactions } from '../interactions/index.ts'
import type { Interaction } from '../interactions/interaction.ts'
import { outcomeOf } from '../interactions/outcome.ts'
import type { FhirServer } from '../server.ts'
import { readRequest } from './request.ts'
import { cacheControl, respond } from './respond.ts'

/** Below every prefix the same API: `/fhir`, and `/api/v1/fhir`. */
export function fhirMount(server: FhirServer, prefix: string, tracer?: Tracer): Mount {
  return {
    prefix,
    routes: interactions.map((interaction) => route(server, prefix, interaction, tracer)),
    problem: (problem) => ({
      status: httpStatus(problem),
      headers: { 'content-type': fhirJson, 'cache-control': cacheControl },
      body: JSON.stringify(outcomeOf(problem)),
    }),
    // One that is there is told its methods.
    absent: (path) =>
      operationPaths.some((known) => path.endsWith(known)) ? undefined : absentOperation(path.split('/')),
  }
}

const operationPaths = interactions.flatMap(({ path }) => /\/\$[\w-]+$/.exec(path)?.[0] ?? [])

const fhirJson = 'application/fhir+json; charset=utf-8'

function route(server: FhirServer, prefix: string, interaction: Interaction, tracer: Tracer | undefined): Route {
  const handle = async (call: Call, request: HttpRequest): Promise<HttpResponse> => {
    const asked = readRequest(request, interaction, server)
    return respond(await run(server, call, interaction, asked.request), asked, server)
  }
  return {
    method: interaction.method,
    path: `${prefix}${interaction.path === '/' ? '' : interaction.path}`,
    handle: tracer ? traced(server, interaction, handle, tracer) : handle,
  }
}

/** In a span of the interaction and, where R4 knows it, the type: anybody may write anything there. */
const traced =
  (server: FhirServer, { code }: Interaction, handle: Route['handle'], tracer: Tracer): Route['handle'] =>
  (call, request) =>
    tracer.within(call, `fhir ${code}`, (inner, span) => {
      const { type } = request.params
      if (type !== undefined && server.parameters.isResourceType(type)) span.set({ 'fhir.resource_type': type })
      return handle(inner, request)
    })
