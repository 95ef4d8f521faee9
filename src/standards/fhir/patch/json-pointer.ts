/** https://www.rfc-editor.org/rfc/rfc6901: the names and indexes that lead to a value, unescaped. */
export type Pointer = readonly string[]

/** The item after the last of an array. */
export const appendToken = '-'

/** Undefined for text that is no pointer. The empty text points at the whole document. */
export function parsePointer(text: string): Pointer | undefined {
  if (text === '') return []
  if (!text.startsWith('/') || /~(?![01])/.test(text)) return undefined
  return text
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

export function pointerText(pointer: Pointer): string {
  return pointer.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
