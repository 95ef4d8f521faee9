import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gatewayPage } from './page.ts'

test('the operators’ page shows what came of each request, and marks up nothing that was sent', () => {
  const now = new Date('2026-03-01T12:00:00Z')
  const record = {
    id: 'a',
    at: now,
    transaction: 'ITI-38',
    messageId: 'urn:uuid:<script>',
    community: 'urn:oid:1.2',
    outcome: 'found',
    ok: true,
    durationMs: 12.4,
  }
  const page = gatewayPage([record], now)
  assert.match(page, /<td>ITI-38<\/td><td>found<\/td><td class="number">12<\/td><td>urn:oid:1.2<\/td>/)
  assert.doesNotMatch(page, /<script>/)
  assert.match(gatewayPage([], now), /No transaction yet/)
})
