import { constant, element, type XmlElement } from '../../xml/element.ts'
import type { Desk } from '../desk.ts'
import type { Item, Party } from '../record.ts'
import { point } from '../time.ts'
import { assignedAuthor, assignedEntity } from './people.ts'

const authorTemplate = constant(element('templateId', { root: '2.16.840.1.113883.10.20.22.4.119' }))

/** Author Participation: who recorded it, and when. Nothing where the record says neither. */
export function author(item: Pick<Item, 'author' | 'recorded'>, desk: Desk): XmlElement | undefined {
  if (item.author === undefined && item.recorded === undefined) return undefined
  const who = item.author === undefined ? somebody : assignedAuthor(item.author, desk)
  return { name: 'author', children: [authorTemplate, point('time', item.recorded), who] }
}

/** When it was recorded is known, and by whom is not. */
const somebody = element('assignedAuthor', undefined, element('id', { nullFlavor: 'UNK' }))

export function performer(party: Party | undefined, desk: Desk, typeCode?: string): XmlElement | undefined {
  return party === undefined
    ? undefined
    : { name: 'performer', attributes: { typeCode }, children: [assignedEntity(party, desk)] }
}
