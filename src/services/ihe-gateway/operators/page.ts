import { lookup } from '../../../standards/lookup.ts'
import type { RecordSummary } from '../audit/port.ts'

/** `/gateway`: the latest transactions, for operators. Ids, times and outcomes; no patient, no user, no content. */
export function gatewayPage(records: readonly RecordSummary[], now: Date): string {
  const rows = records.map(
    ({ id, at, transaction, community, outcome, ok, durationMs, messageId }) =>
      `<tr class="${ok ? 'ok' : 'failed'}"><td><time>${escape(at.toISOString())}</time></td><td>${escape(transaction)}</td><td>${escape(outcome)}</td><td class="number">${Math.round(durationMs)}</td><td>${escape(community ?? '')}</td><td><code>${escape(messageId ?? '')}</code></td><td><code>${escape(id)}</code></td></tr>`,
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="10">
<title>IHE gateway</title>
<style>
:root { color-scheme: light dark; font: 15px/1.4 system-ui, sans-serif }
body { margin: 2rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent) }
.number { text-align: right }
.failed td:nth-child(3) { font-weight: 600 }
code { font-size: .85em }
</style>
</head>
<body>
<h1>IHE gateway</h1>
<p>${records.length === 0 ? 'No transaction yet' : `The latest ${records.length} transactions`}, as of <time>${escape(now.toISOString())}</time>.</p>
<table>
<thead><tr><th>At</th><th>Transaction</th><th>Outcome</th><th class="number">ms</th><th>Community</th><th>Message</th><th>Audit record</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</body>
</html>
`
}

const entities: Readonly<Record<string, string>> = lookup({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })
const escape = (text: string) => text.replace(/[&<>"]/g, (character) => entities[character] ?? character)
