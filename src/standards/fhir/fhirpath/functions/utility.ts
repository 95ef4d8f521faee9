import { Problem } from '../../../../kernel/problem.ts'
import { singleString } from '../singleton.ts'
import { within, type Evaluation } from '../state.ts'
import { nothing, typedValue } from '../typed-value.ts'
import { always, ofExpressions, ofValues, same, type FunctionList } from './function.ts'

/** https://hl7.org/fhirpath/N1/#utility-functions, and type() of https://hl7.org/fhirpath/N1/#types-and-reflection */
export const utility: FunctionList = {
  trace: ofExpressions(1, 2, same, (input, [name, projection], state) => {
    const { trace } = state.evaluation.environment
    if (trace) {
      const shown = projection ? input.flatMap((item, index) => projection(within(state, [item], index))) : input
      trace(singleString(name?.(state) ?? nothing, 'trace') ?? '', shown)
    }
    return input
  }),
  now: ofValues(0, 0, always('System.DateTime'), (_, __, { evaluation }) => [
    typedValue('System.DateTime', local(evaluation) + offsetText(evaluation)),
  ]),
  today: ofValues(0, 0, always('System.Date'), (_, __, { evaluation }) => [
    typedValue('System.Date', local(evaluation).slice(0, 10)),
  ]),
  timeOfDay: ofValues(0, 0, always('System.Time'), (_, __, { evaluation }) => [
    typedValue('System.Time', local(evaluation).slice(11)),
  ]),
  type: ofValues(0, 0, always('System.TypeInfo'), (input) =>
    input.map(({ type }) => {
      const isSystem = type.startsWith('System.')
      return typedValue('System.TypeInfo', {
        namespace: isSystem ? 'System' : 'FHIR',
        name: isSystem ? type.slice('System.'.length) : type,
      })
    }),
  ),
}

/** The same throughout one evaluation, however long it takes. */
function moment(evaluation: Evaluation): Date {
  const { now } = evaluation.environment
  if (!now) throw new Problem('invalid', 'FHIRPath: nobody said what time it is')
  evaluation.moment ??= now()
  return evaluation.moment
}

function local(evaluation: Evaluation): string {
  const offset = (evaluation.environment.offsetMinutes ?? 0) * 60_000
  return new Date(moment(evaluation).getTime() + offset).toISOString().slice(0, -1)
}

function offsetText({ environment: { offsetMinutes = 0 } }: Evaluation): string {
  if (offsetMinutes === 0) return 'Z'
  const size = Math.abs(offsetMinutes)
  const [hours, minutes] = [Math.floor(size / 60), size % 60].map((part) => String(part).padStart(2, '0'))
  return `${offsetMinutes < 0 ? '-' : '+'}${hours}:${minutes}`
}
