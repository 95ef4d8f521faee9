import type { Area, HealthRecord } from '../record.ts'
import type { Section } from './section.ts'

/** Why a section holds nothing. Five different statements, of which only a record can make the fifth: that there are none. */
export type Emptiness = { readonly nullFlavor: string; readonly text: string }

/** In the order in which they matter to a reader: what was withheld comes before what was never written. */
export function whyEmpty(
  { title, areas: names, byCodes }: Pick<Section, 'title' | 'areas' | 'byCodes'>,
  record: Pick<HealthRecord, 'areas'>,
): Emptiness {
  const areas = record.areas.filter((area) => names.includes(area.name))
  const warning = (kind: string): string | undefined =>
    areas.flatMap((area) => area.warnings).find((one) => one.kind === kind)?.text
  const asked = areas.some((area) => area.asked)
  const what = title.toLowerCase()
  const withheld = warning('confidential')
  if (withheld !== undefined)
    return {
      nullFlavor: 'MSK',
      text: `Nothing of this kind is shown, and items of this part of the record are withheld as confidential. ${withheld}`,
    }
  const transit = warning('in-transit')
  if (transit !== undefined)
    return {
      nullFlavor: 'NAV',
      text: `Nothing of this kind is shown, and the record is still in transit from another practice. ${transit}`,
    }
  const unsupported = warning('unsupported')
  if (unsupported !== undefined && !asked)
    return {
      nullFlavor: 'UNK',
      text: `Not given by the GP system: ${unsupported}. Nothing is known here about ${what}.`,
    }
  if (!asked)
    return {
      nullFlavor: 'NASK',
      text: `Not asked for: the request for this record did not ask for ${what}, so nothing is known here about them.`,
    }
  return {
    nullFlavor: 'NI',
    text: `Nothing recorded: ${sentence(emptyWords(areas, byCodes === true))} This does not mean that there are none.`,
  }
}

function emptyWords(areas: readonly Area[], byCodes: boolean): string {
  const words = areas.map((area) => area.empty).find((one) => one !== undefined)
  if (words !== undefined) return `the GP record says “${words.replace(/\.$/, '')}”.`
  return byCodes
    ? 'no entry has a code and a value that are known to be of this kind, and some may be among “Other entries of the record”.'
    : 'the GP record holds nothing of this kind.'
}
function sentence(words: string): string {
  return words.endsWith('.') ? words : `${words}.`
}
