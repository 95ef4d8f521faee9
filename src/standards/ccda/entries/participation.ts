import type { XmlTemplate } from '../../xml/element.ts'
import { xml } from '../../xml/template.ts'
import type { Desk } from '../desk.ts'
import type { Item, Party } from '../record.ts'
import { writtenTime } from '../time.ts'
import { assignedAuthor, performing } from './people.ts'

/** Author Participation: who recorded it, and when. Nothing where the record says neither. */
export function author(item: Pick<Item, 'author' | 'recorded'>, desk: Desk): XmlTemplate | undefined {
  if (item.author === undefined && item.recorded === undefined) return undefined
  const who = item.author === undefined ? somebody : assignedAuthor(item.author, desk)
  const time = writtenTime(item.recorded)
  return time === undefined
    ? xml`<author><templateId root="2.16.840.1.113883.10.20.22.4.119"/><time nullFlavor="UNK"/>${who}</author>`
    : xml`<author><templateId root="2.16.840.1.113883.10.20.22.4.119"/><time value="${time}"/>${who}</author>`
}

/** When it was recorded is known, and by whom is not. */
const somebody = xml`<assignedAuthor><id nullFlavor="UNK"/></assignedAuthor>`

export function performer(party: Party | undefined, desk: Desk): XmlTemplate | undefined {
  return party && performing(party, desk)
}
