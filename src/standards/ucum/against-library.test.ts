import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { parseUnit } from './unit.ts'

const require = createRequire(import.meta.url)

/** What is read of the npm library's units. https://github.com/lhncbc/ucum-lhc */
type LibraryUnit = {
  csCode_: string
  magnitude_: number
  dim_: { dimVec_: number[] | null } | null
  cnv_: unknown
  isArbitrary_: boolean
}
type Library = { UcumLhcUtils: { getInstance(): unknown } }
type Tables = { UnitTables: { getInstance(): { allUnitsByDef(): LibraryUnit[] } } }

function libraryUnits(): LibraryUnit[] {
  const library = require('@lhncbc/ucum-lhc') as Library
  library.UcumLhcUtils.getInstance()
  return (require('@lhncbc/ucum-lhc/source-cjs/unitTables.js') as Tables).UnitTables.getInstance().allUnitsByDef()
}

/** Printer's and historical French measures, a student's height, and codes that are no UCUM: not known, on purpose. */
const unknown: ReadonlySet<string> = new Set([
  'Torr',
  '[pnt_pr]',
  '[pca_pr]',
  '[pied]',
  '[pouce]',
  '[ligne]',
  '[didot]',
  '[cicero]',
  'B[10.nV]',
  '[smoot]',
  'bit_s',
])
/** The library takes an inch for what is one per inch. */
const wrongThere: ReadonlySet<string> = new Set(['[mesh_i]'])

test('units are as large as the UCUM library of the National Library of Medicine has them', () => {
  const units = libraryUnits().filter(
    ({ csCode_ }) => !/\s/.test(csCode_) && !unknown.has(csCode_) && !wrongThere.has(csCode_),
  )
  const different = units.filter(({ csCode_, magnitude_, cnv_, isArbitrary_ }) => {
    const unit = parseUnit(csCode_)
    if (!unit) return true
    if (cnv_ || isArbitrary_) return false
    const factor = Number(unit.factor.numerator) / Number(unit.factor.denominator)
    return Math.abs(factor / magnitude_ - 1) > 1e-9
  })
  assert.deepEqual(
    different.map(({ csCode_ }) => csCode_),
    [],
  )
  assert.ok(units.length > 700)
})

test('units that the library takes for the same thing have one dimension, and no others', () => {
  const ours = new Map<string, string>()
  for (const { csCode_, dim_, cnv_, isArbitrary_ } of libraryUnits()) {
    const dimension = parseUnit(csCode_)?.dimension
    // The library gives an international unit no dimension, so that it equals any other.
    if (dimension === undefined || cnv_ || isArbitrary_ || /\[|B|Np/.test(dimension) || wrongThere.has(csCode_))
      continue
    const theirs = (dim_?.dimVec_ ?? [0, 0, 0, 0, 0, 0, 0]).join()
    const known = ours.get(theirs) ?? dimension
    ours.set(theirs, known)
    assert.equal(dimension, known, csCode_)
  }
  assert.ok(ours.size > 30)
  assert.equal(new Set(ours.values()).size, ours.size)
})
