import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseGatewaySettings } from '../../../src/services/ihe-gateway/parse-settings.ts'
import { parseNhsSettings } from '../../../src/services/ihe-gateway/sources/settings.ts'
import { population } from '../../../simulators/people/population.ts'
import { simulatedPeople } from '../../../src/app/gateway/simulated-nhs.ts'

const folder = join(import.meta.dirname, '../../../examples/gateway')

test('the example of a settings file is one', () => {
  const { gateway, nhs } = JSON.parse(readFileSync(join(folder, 'settings.example.json'), 'utf8'))
  const { settings, mutualTls, syslog } = parseGatewaySettings(gateway, (file) => file)
  assert.equal(settings.communities[0]?.organisations[0]?.odsCode, parseNhsSettings(nhs).organisations[0]?.odsCode)
  assert.ok(mutualTls && syslog)
})

test('the examples ask for somebody whom the simulated NHS knows', () => {
  const numbers = readFileSync(join(folder, 'README.md'), 'utf8').match(/\b9\d{9}\b/g) ?? []
  const known = population(simulatedPeople.seed, simulatedPeople.people).map(({ nhsNumber }) => nhsNumber)
  assert.ok(numbers.length >= 4)
  for (const number of numbers) assert.ok(known.includes(number), number)
})
