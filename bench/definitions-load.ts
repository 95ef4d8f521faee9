/** Time and memory that loading the definitions costs a fresh process, beside reading nothing. `node --expose-gc bench/definitions-load.ts` */
import { performance } from 'node:perf_hooks'
import { loadDefinitions } from '../src/platform/definitions/load.ts'

globalThis.gc?.()
const before = process.memoryUsage()
const start = performance.now()
const definitions = loadDefinitions()
const first = performance.now() - start
for (const type of definitions.typeNames) definitions.type(type)
for (const type of definitions.resourceTypes) definitions.searchParameters(type)
const everything = performance.now() - start
globalThis.gc?.()
const after = process.memoryUsage()
console.log({
  loadMs: Math.round(first),
  everyTypeAndParameterIndexedMs: Math.round(everything),
  heapMB: Math.round((after.heapUsed - before.heapUsed) / 1e6),
  rssMB: Math.round((after.rss - before.rss) / 1e6),
})
