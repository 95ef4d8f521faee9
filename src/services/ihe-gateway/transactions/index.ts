import { crossGatewayQuery } from './iti-38-cross-gateway-query.ts'
import { crossGatewayRetrieve } from './iti-39-cross-gateway-retrieve.ts'
import { cancelQuery } from './iti-47-cancel-query.ts'
import { continueQuery } from './iti-47-continue-query.ts'
import { patientDemographicsQuery } from './iti-47-patient-demographics-query.ts'
import { crossGatewayPatientDiscovery } from './iti-55-cross-gateway-patient-discovery.ts'

export const transactions = [
  patientDemographicsQuery,
  continueQuery,
  cancelQuery,
  crossGatewayPatientDiscovery,
  crossGatewayQuery,
  crossGatewayRetrieve,
]
