/** Units as GP systems write them and as UCUM does: the same unit. Written from UCUM, not from the converter's table. */

const spelled: Record<string, string> = {
  'millimeter of mercury': 'mm[hg]',
  mmhg: 'mm[hg]',
  'per minute': '/min',
  'breaths per minute': '/min',
  'breaths/min': '/min',
  'beats/minute': '/min',
  'beats/min': '/min',
  bpm: '/min',
  'kilogram per square meter': 'kg/m2',
  'kg/sq. m': 'kg/m2',
  'kg/m²': 'kg/m2',
  kilogram: 'kg',
  centimeter: 'cm',
  c: 'cel',
  'degree celsius': 'cel',
  'units/week': '/wk',
  mpas: 'mpa.s',
  'ml/min/1.73m2': 'ml/min/{1.73_m2}',
  '10*12 cells/l': '10*12/l',
  'iu/l 37c': '[iu]/l',
}

/** `found` is what a PQ has; no unit at all is UCUM's 1. */
export function sameUnit(unit: string | undefined, code: string | undefined, found: string | undefined): boolean {
  if (found === undefined || found === '1') return unit === undefined && (code === undefined || code === '1')
  return [code, unit].some((each) => each !== undefined && (each === found || plain(each) === plain(found)))
}

function plain(unit: string): string {
  const lower = unit.trim().toLowerCase()
  return (spelled[lower] ?? lower)
    .replaceAll(/\{(?!1\.73)[^}]*\}/g, '')
    .replaceAll('^', '*')
    .replace(/(^|\/|\bm|\bu|k)iu(?=\/|$)/, '$1[iu]')
}
