/** `npm run docs`: prints docs/reference/ from the code. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configurationPage } from '../src/app/config.ts'
import { nhsSettingsPage } from '../src/app/gateway/settings-page.ts'

writeFileSync(join(import.meta.dirname, '../docs/reference/configuration.md'), configurationPage())
writeFileSync(join(import.meta.dirname, '../docs/reference/nhs-settings.md'), nhsSettingsPage())
