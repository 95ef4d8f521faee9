// For NODE_OPTIONS=--import: writes each module whose address holds WATCHED_MODULES to the file LOADED_MODULES.
import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

const { WATCHED_MODULES = '', LOADED_MODULES = '' } = process.env
registerHooks({
  load(url, context, next) {
    if (url.includes(WATCHED_MODULES)) appendFileSync(LOADED_MODULES, `${url}\n`)
    return next(url, context)
  },
})
