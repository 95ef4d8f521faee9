import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { test } from 'node:test'
import { parseNhsSettings } from '../../services/ihe-gateway/sources/settings.ts'
import { nhsSettingsPage } from './settings-page.ts'

const root = join(import.meta.dirname, '../../..')

test('docs/reference/nhs-settings.md is what the code says', () => {
  const page = readFileSync(join(root, 'docs/reference/nhs-settings.md'), 'utf8')
  assert.equal(page, nhsSettingsPage(), 'run npm run docs')
  assert.match(page, /`pds\.perSecond` \| whole number \| `5`/)
})

test('the example of the settings is read as it stands', () => {
  const file = join(root, 'examples/gateway/settings.example.json')
  const { nhs } = JSON.parse(readFileSync(file, 'utf8')) as { nhs: unknown }
  const settings = parseNhsSettings(nhs, (name) => resolve(dirname(file), name))
  assert.equal(settings.organisations[0]?.odsCode, 'RR8')
})
