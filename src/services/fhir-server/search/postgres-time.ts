/**
 * A time as PostgreSQL reads it. Years before 1 and after 9999 it writes otherwise than ISO 8601 does; FHIR has neither,
 * and only the ends of an interval reach there (`9999`, or `0001-01-01T00:00:00+14:00`).
 */
export function postgresTime(time: Date): string {
  const text = time.toISOString()
  if (text.startsWith('-') || text.startsWith('0000')) return '-infinity'
  return text.startsWith('+') ? 'infinity' : text
}
