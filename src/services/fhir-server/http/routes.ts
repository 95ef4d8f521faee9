/** The FHIR API over HTTP: one route for each interaction. https://hl7.org/fhir/R4/http.html */
import type { Call } from '../../../kernel/ports.ts'
import type { HttpRequest, HttpResponse, Mount, Route } from '../../../platform/http/port.ts'
import { httpStatus } from '../../../standards/problems/render.ts'
import { run } from '../interactions/dispatch.ts'
import { interactions } from '../interactions/index.ts'
import type { Interaction } from '../interactions/interaction.ts'
import { outcomeOf } from '../interactions/outcome.ts'
import type { FhirServer } from '../server.ts'
import { readRequest } from './request.ts'
import { respond } from './respond.ts'

/** Below every prefix the same API: `/fhir`, and `/api/v1/fhir`. */
export function fhirMount(server: FhirServer, prefix: string): Mount {
  return {
    prefix,
    routes: interactions.map((interaction) => route(server, prefix, interaction)),
    problem: (problem) => ({
      status: httpStatus(problem),
      headers: { 'content-type': fhirJson },
      body: JSON.stringify(outcomeOf(problem)),
    }),
  }
}

const fhirJson = 'application/fhir+json; charset=utf-8'

function route(server: FhirServer, prefix: string, interaction: Interaction): Route {
  return {
    method: interaction.method,
    path: `${prefix}${interaction.path === '/' ? '' : interaction.path}`,
    async handle(call: Call, request: HttpRequest): Promise<HttpResponse> {
      const asked = readRequest(request, interaction, server)
      return respond(await run(server, call, interaction, asked.request), asked, server)
    },
  }
}
