/** The services this program can run. One line each. */
import type { Service } from './service.ts'
import { fhirServer } from './services/fhir-server.ts'

export const services: readonly Service[] = [fhirServer]
