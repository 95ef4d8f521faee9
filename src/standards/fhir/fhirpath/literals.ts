import { Problem } from '../../../kernel/problem.ts'
import type { Ast } from './ast.ts'
import { parseDecimal } from './decimal.ts'
import { parseTemporal } from './temporal.ts'
import { typedValue, type TypedValue } from './typed-value.ts'

/** https://hl7.org/fhirpath/N1/#literals */
export function literalValue({ type, text, unit }: Ast & { kind: 'literal' }): TypedValue {
  switch (type) {
    case 'System.Boolean':
      return typedValue(type, text === 'true')
    case 'System.String':
      return typedValue(type, text)
    case 'System.Integer':
      if (Number(text) > 2147483648) throw new Problem('invalid', `FHIRPath: ${text} is too large for an Integer`)
      return typedValue(type, Number(text))
    case 'System.Decimal':
      return typedValue(type, parseDecimal(text))
    case 'System.Quantity':
      return typedValue(type, { value: parseDecimal(text), unit })
    case 'System.Date':
      return temporal(type, text, 'Date')
    case 'System.DateTime':
      return temporal(type, text.replace(/T$/, ''), 'DateTime')
    case 'System.Time':
      return temporal(type, text, 'Time')
  }
}

function temporal(type: string, text: string, kind: 'Date' | 'DateTime' | 'Time'): TypedValue {
  if (!parseTemporal(text, kind)) throw new Problem('invalid', `FHIRPath: @${text} does not exist`)
  return typedValue(type, text)
}
