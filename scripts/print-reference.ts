/** `npm run docs`: prints docs/reference/ from the code. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configurationPage } from '../src/app/config.ts'

writeFileSync(join(import.meta.dirname, '../docs/reference/configuration.md'), configurationPage())
