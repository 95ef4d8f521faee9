/** https://developer.nhs.uk/apis/gpconnect-1-6-0/accessrecord_structured_development_immunization.html */
import type { Resource } from '../../../src/standards/fhir/types.ts'
import type { Vaccination } from '../person.ts'
import type { Item } from './item.ts'
import { locationRef, practitionerRef } from './people.ts'
import { careConnect, coded, snomed, type Writer } from './shape.ts'

export function immunisationItems(writer: Writer): Item[] {
  return writer.person.history.vaccinations.map(
    (vaccination): Item => ({
      area: 'immunisations',
      key: vaccination.key,
      day: vaccination.day,
      consultation: vaccination.consultation,
      main: immunization(writer, vaccination),
      others: [],
      heading: 'Plan',
    }),
  )
}

/** Consent and the like, which `includeStatus` asks for. */
export function immunisationStatusItems(writer: Writer): Item[] {
  const declined = writer.person.history.vaccinations.find(({ given }) => !given)
  if (!declined) return []
  return [
    {
      area: 'immunisations',
      key: 'immunisation-status',
      day: declined.day,
      consultation: declined.consultation,
      main: {
        ...writer.head('Observation', 'immunisation-status'),
        status: 'final',
        code: snomed({ code: '268559007', display: 'No consent for any immunization' }),
        subject: writer.subject,
        context: writer.ref('Encounter', declined.consultation),
        effectiveDateTime: declined.day,
        issued: `${declined.day}T12:00:00+00:00`,
        performer: [practitionerRef(writer, writer.person.gp)],
      },
      others: [],
      heading: 'History',
    },
  ]
}

const routes = {
  intramuscular: { code: '78421000', display: 'Intramuscular' },
  oral: { code: '26643006', display: 'Oral' },
  nasal: { code: '46713006', display: 'Nasal' },
}

function immunization(
  writer: Writer,
  { key, vaccine, day, given, dose, batch, expires, consultation }: Vaccination,
): Resource {
  return {
    ...writer.head('Immunization', key),
    extension: [
      { url: careConnect('DateRecorded'), valueDateTime: day },
      {
        url: careConnect('VaccinationProcedure'),
        valueCodeableConcept: { ...snomed(vaccine.procedure), text: vaccine.text },
      },
    ],
    status: 'completed',
    notGiven: !given,
    vaccineCode: vaccine.product
      ? snomed(vaccine.product)
      : { coding: [{ system: 'http://hl7.org/fhir/v3/NullFlavor', code: 'UNK' }], text: vaccine.text },
    patient: writer.subject,
    encounter: writer.ref('Encounter', consultation),
    date: day,
    primarySource: true,
    location: locationRef(writer),
    ...(batch && { lotNumber: batch }),
    ...(expires && { expirationDate: expires }),
    ...(given && {
      site: snomed({ code: '368208006', display: 'Left upper arm structure' }),
      route: snomed(routes[vaccine.route]),
      doseQuantity: { value: 0.5, unit: 'ml', system: 'http://unitsofmeasure.org', code: 'ml' },
    }),
    practitioner: [
      {
        role: coded('http://hl7.org/fhir/v2/0443', 'AP', 'Administering Provider'),
        actor: practitionerRef(writer, writer.person.gp),
      },
    ],
    explanation: given
      ? { reason: [snomed({ code: '171279008', display: 'Immunisation due' })] }
      : { reasonNotGiven: [snomed({ code: '443390004', display: 'Refused' })] },
    vaccinationProtocol: [
      {
        doseSequence: dose,
        targetDisease: [{ text: vaccine.disease }],
        doseStatus: coded('http://hl7.org/fhir/vaccination-protocol-dose-status', 'count', 'Counts'),
      },
    ],
  }
}
