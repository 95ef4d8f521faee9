/** The services this program can run. One line each. */
import type { Service } from './service.ts'
import { fhirServer } from './services/fhir-server.ts'
import { iheGateway } from './services/ihe-gateway.ts'

export const services: readonly Service[] = [fhirServer, iheGateway]
