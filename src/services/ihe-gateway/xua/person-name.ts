import type { Asking } from '../sources/port.ts'

const prefixes = /^(dr|mr|mrs|ms|miss|mx|prof|professor|sir|dame|sister|nurse|rev)\.?$/i

/** A name as one text, taken apart as well as can be: "Dr Ann Mary Jones", "Jones, Ann". */
export function personName(text: string): Asking['name'] {
  const clean = text.replaceAll(/\s+/g, ' ').trim()
  const comma = clean.indexOf(',')
  const words = (comma < 0 ? clean : `${clean.slice(comma + 1)} ${clean.slice(0, comma)}`).trim().split(' ')
  const prefix: string[] = []
  while (words.length > 1 && prefixes.test(words[0]!)) prefix.push(words.shift()!)
  const family = words.pop() || 'Unknown'
  return { family, given: words, prefix }
}
