import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..', '..')

/** A folder with a list of its files must list every one. `except`: what the files are made of. */
const lists = [
  { folder: 'src/app/commands', except: ['command.ts', 'arguments.ts'] },
  { folder: 'src/app/services', list: 'src/app/services.ts', except: [] },
  { folder: 'src/services/fhir-server/operations', except: ['operation.ts'] },
  { folder: 'src/services/ihe-gateway/transactions', except: ['transaction.ts'] },
  {
    folder: 'src/standards/ccda/sections',
    except: ['section.ts', 'classify.ts', 'empty.ts', 'finding-row.ts', 'item-text.ts', 'notices.ts'],
  },
]

for (const { folder, list = `${folder}/index.ts`, except } of lists)
  test(`every file in ${folder} is on its list`, () => {
    assert.ok(existsSync(join(root, list)), list)
    const text = readFileSync(join(root, list), 'utf8')
    const files = readdirSync(join(root, folder)).filter(
      (file) => file.endsWith('.ts') && !/^index\.ts$|\.test\.ts$/.test(file) && !except.some((name) => name === file),
    )
    for (const file of files) assert.ok(text.includes(`/${file}'`), `${folder}/${file} is not on ${list}`)
  })
