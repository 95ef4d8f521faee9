import { existing } from '../interactions/read.ts'
import { search } from '../interactions/search.ts'
import { defineOperation } from './operation.ts'

/**
 * The patient and all in the patient's compartment, in pages. Takes `_count`, `_type` and `_since`.
 * https://hl7.org/fhir/R4/patient-operation-everything.html
 */
export const patientEverything = defineOperation({
  code: 'everything',
  definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything',
  affectsState: false,
  on: ['instance'],
  types: ['Patient'],
  async run(server, call, { params, query }) {
    const key = { type: 'Patient', id: params.id as string }
    existing(key, await server.store.read(call, key))
    return search(server, call, {
      types: [],
      query: query.replaceAll(/(^|&)_since=/g, '$1_lastUpdated=ge'),
      compartment: `Patient/${key.id}`,
      strict: true,
    })
  },
})
