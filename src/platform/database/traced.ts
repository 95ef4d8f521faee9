import { ended, type Spans } from '../telemetry/spans.ts'
import type { Database, Statement, Tx } from './port.ts'

/**
 * A span for each statement and each transaction of a request, by the statement's name; never its text or its values.
 * Statements are not told whose call they are made for, so here alone the span around them is asked for.
 */
export function withStatementSpans<D extends Database>(database: D, spans: Spans): D {
  const spanned = <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const around = spans.current()
    // Sweeping and the like are nobody's request.
    if (!around) return work()
    const span = spans.begin('client', name, around.traceparent)
    span.set({ 'db.system.name': 'postgresql' })
    return spans.inside(span, () => ended(span, work()))
  }
  const query = <Row>(tenant: number, statement: Statement) =>
    spanned(nameOf(statement), () => database.query<Row>(tenant, statement))
  const transaction = <T>(tenant: number, work: (tx: Tx) => Promise<T>) =>
    spanned('transaction', () =>
      database.transaction(tenant, (tx) =>
        work({
          tx: true,
          query: <Row>(statement: Statement) => spanned(nameOf(statement), () => tx.query<Row>(statement)),
        }),
      ),
    )
  return { ...database, query, transaction }
}

const nameOf = ({ name, text }: Statement) => name ?? (/^\s*(\w+)/.exec(text)?.[1] ?? 'statement').toLowerCase()
