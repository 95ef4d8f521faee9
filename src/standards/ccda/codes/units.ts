import type { Quantity } from '../record.ts'

/**
 * The unit of a quantity as a UCUM code that C-CDA's value set holds (UnitsOfMeasureCaseSensitive, 2.16.840.1.113883.1.11.12839),
 * `1` for a plain number, undefined where the record's word for it is not surely one of those. Only the name of the unit
 * is looked up: the number stays as it was recorded.
 */
export function ucumUnit(quantity: Quantity): string | undefined {
  if (quantity.code === undefined && quantity.unit === undefined) return '1'
  if (quantity.ucum && quantity.code !== undefined) {
    const found = known(quantity.code)
    const word = quantity.unit === undefined ? undefined : known(quantity.unit)
    // A word and a code that are two units: neither is surely meant.
    if (found && word !== undefined && word !== found) return undefined
    if (found) return found
  }
  return quantity.unit === undefined ? undefined : known(quantity.unit)
}

function known(word: string): string | undefined {
  const found = words.get(word)
  if (found !== undefined) return found
  // A capital that leads may be mega or giga: only where it is plainly none does case say nothing.
  return /^(?![A-Z])|^(?:I?U\/|IU\b|BPM|K[gG]|C$|[A-Z][a-z]{3})/.test(word)
    ? inLowerCase.get(word.toLowerCase())
    : undefined
}

/** Written the same way in the record as in UCUM. */
const ucum = (
  '% /L /d /min /wk /h /mL /uL /[HPF] /[LPF] 10*12/L 10*3/uL 10*6/L 10*9/L Cel F L L/min L/L U U/L U/mL [IU] [IU]/L [IU]/mL [degF] [lb_av] [in_i] [oz_av] ' +
  'cP cm cm2 d dL fL fmol g g/L g/d g/dL g/mL h kPa kU/L kcal kg kg/m2 kg/L km m m2 mL mL/d mL/h mL/min mL/min/{1.73_m2} mPa.s mU/L meq/L mg mg/L mg/d mg/dL mg/g ' +
  'mg/mL mg/mmol min mm mm/h mm[Hg] mmol mmol/L mmol/d mmol/mol mo mosm/kg ng ng/L ng/dL ng/mL nmol nmol/L pg pg/mL pg/L pmol pmol/L s ug ug/L ug/dL ug/g ug/min ug/mL ukat ' +
  'umol umol/L m[IU]/L m[IU]/mL u[IU]/mL [IU]/L{37Cel} U{37Cel}/L wk a g/g{creat} mg/g{creat} mg/mmol{creat} nmol/mL umol/d nmol/d'
).split(' ')

/** What British records write, in lower case where case says nothing. */
const inLowerCase: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'millimeter of mercury': 'mm[Hg]',
    'millimetre of mercury': 'mm[Hg]',
    'mm hg': 'mm[Hg]',
    mmhg: 'mm[Hg]',
    'mm[hg]': 'mm[Hg]',
    'per minute': '/min',
    '{beats}/min': '/min',
    '{resps}/min': '/min',
    '{breaths}/min': '/min',
    'beats per minute': '/min',
    'beats/minute': '/min',
    'beats/min': '/min',
    'breaths per minute': '/min',
    'breaths/min': '/min',
    bpm: '/min',
    '/minute': '/min',
    'kilogram per square meter': 'kg/m2',
    'kilogram per square metre': 'kg/m2',
    'kg/m²': 'kg/m2',
    'kg/sq. m': 'kg/m2',
    'kg/m2': 'kg/m2',
    'kg/m^2': 'kg/m2',
    kilogram: 'kg',
    kilograms: 'kg',
    kg: 'kg',
    kgs: 'kg',
    gram: 'g',
    grams: 'g',
    centimeter: 'cm',
    centimetre: 'cm',
    centimeters: 'cm',
    centimetres: 'cm',
    cms: 'cm',
    meter: 'm',
    metre: 'm',
    metres: 'm',
    millimetre: 'mm',
    millimeter: 'mm',
    c: 'Cel',
    cel: 'Cel',
    '°c': 'Cel',
    'degree celsius': 'Cel',
    'degrees celsius': 'Cel',
    'deg c': 'Cel',
    percent: '%',
    '% saturation': '%',
    'mmol/l': 'mmol/L',
    'umol/l': 'umol/L',
    'µmol/l': 'umol/L',
    'μmol/l': 'umol/L',
    'nmol/l': 'nmol/L',
    'pmol/l': 'pmol/L',
    'g/l': 'g/L',
    'g/dl': 'g/dL',
    'mg/l': 'mg/L',
    'mg/dl': 'mg/dL',
    'ug/l': 'ug/L',
    'µg/l': 'ug/L',
    'ng/l': 'ng/L',
    'ng/ml': 'ng/mL',
    'pg/ml': 'pg/mL',
    'u/l': 'U/L',
    'iu/l': '[IU]/L',
    '[iu]/l': '[IU]/L',
    'iu/l 37c': '[IU]/L{37Cel}',
    'u/l 37c': 'U{37Cel}/L',
    'iu/ml': '[IU]/mL',
    '[iu]/ml': '[IU]/mL',
    'miu/l': 'm[IU]/L',
    'm[iu]/l': 'm[IU]/L',
    'mu/l': 'mU/L',
    'ku/l': 'kU/L',
    '10^9/l': '10*9/L',
    '10*9/l': '10*9/L',
    'x10^9/l': '10*9/L',
    'x10*9/l': '10*9/L',
    '10^12/l': '10*12/L',
    '10*12/l': '10*12/L',
    'x10^12/l': '10*12/L',
    'x10*12/l': '10*12/L',
    '10*12 cells/l': '10*12/L',
    fl: 'fL',
    'ml/min': 'mL/min',
    'ml/min/1.73m2': 'mL/min/{1.73_m2}',
    'ml/min/1.73m*2': 'mL/min/{1.73_m2}',
    'ml/min/1.73m^2': 'mL/min/{1.73_m2}',
    'mg/mmol': 'mg/mmol',
    'mmol/mol': 'mmol/mol',
    'mm/hr': 'mm/h',
    'mm/h': 'mm/h',
    mpas: 'mPa.s',
    'mpa.s': 'mPa.s',
    ml: 'mL',
    millilitre: 'mL',
    milligram: 'mg',
    microgram: 'ug',
    litre: 'L',
    'l/min': 'L/min',
    'units/week': '/wk',
    day: 'd',
    days: 'd',
    week: 'wk',
    weeks: 'wk',
    month: 'mo',
    months: 'mo',
    year: 'a',
    years: 'a',
    hour: 'h',
    hours: 'h',
    minute: 'min',
    minutes: 'min',
    second: 's',
  }),
)

/** All of both, by the word as it is written. */
const words: ReadonlyMap<string, string> = new Map([...inLowerCase, ...ucum.map((word) => [word, word] as const)])
