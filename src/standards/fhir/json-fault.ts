/** Where and why a text is refused. Line and column count from 1; `path` is the element's FHIRPath. */
export type JsonFault = {
  readonly rule: 'syntax' | 'depth' | 'duplicate' | 'character'
  readonly line: number
  readonly column: number
  readonly path: string
}

type Level = { readonly keys: Set<string> | undefined; key: string; index: number }
const token =
  /[ \t\n\r]*(?:([{}[\],:])|(")|((?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])))/y
// RFC 8259, 7: a control character stands in a string only as an escape. A long string is taken in parts, because the engine
// keeps a place to come back to for each repetition, and has room for a few million of them.
// oxlint-disable-next-line no-control-regex
const partOfString = /[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*){0,1000}("?)/y

/**
 * The first place where the text breaks RFC 8259 or one of our rules, or undefined. Looks at every token with a full
 * grammar: slower than the scan, and called only when that or JSON.parse has cause.
 */
export function findJsonFault(text: string, maxDepth: number): JsonFault | undefined {
  const levels: Level[] = []
  let expect: 'value' | 'first-value' | 'key' | 'first-key' | 'colon' | 'next' | 'end' = 'value'
  let at = 0
  let root = '$this'

  while (true) {
    token.lastIndex = at
    const found = token.exec(text)
    if (!found) {
      while (at < text.length && ' \t\n\r'.includes(text.charAt(at))) at++
      return expect === 'end' && at === text.length ? undefined : fault('syntax', at)
    }
    const [whole, sign, quote] = found
    const start = at + whole.length - (sign ?? quote ?? found[3] ?? '').length
    at += whole.length
    if (quote !== undefined) at = endOfString(text, at)
    if (at < 0) return fault('syntax', start)
    const string = quote === undefined ? undefined : text.slice(start, at)
    const level = levels.at(-1)

    if (expect === 'end') return fault('syntax', start)
    if (expect === 'colon') {
      if (sign !== ':') return fault('syntax', start)
      expect = 'value'
    } else if (expect === 'key' || expect === 'first-key') {
      if (sign === '}' && expect === 'first-key') close()
      else {
        if (string === undefined || !level?.keys) return fault('syntax', start)
        level.key = JSON.parse(string) as string
        if (unstorable(level.key)) return fault('character', start)
        if (level.keys.has(level.key)) return fault('duplicate', start)
        level.keys.add(level.key)
        expect = 'colon'
      }
    } else if (expect === 'next') {
      if (sign === ',') {
        if (level?.keys) expect = 'key'
        else {
          if (level) level.index++
          expect = 'value'
        }
      } else if (sign === (level?.keys ? '}' : ']')) close()
      else return fault('syntax', start)
    } else if (sign === '{' || sign === '[') {
      if (levels.length >= maxDepth) return fault('depth', start)
      levels.push({ keys: sign === '{' ? new Set() : undefined, key: '', index: 0 })
      expect = sign === '{' ? 'first-key' : 'first-value'
    } else if (sign === ']' && expect === 'first-value') close()
    else if (sign !== undefined) return fault('syntax', start)
    else {
      if (string !== undefined && unstorable(string)) return fault('character', start)
      if (levels.length === 1 && level?.key === 'resourceType' && /^"[A-Za-z]{1,64}"$/.test(string ?? ''))
        root = JSON.parse(string as string) as string
      expect = levels.length ? 'next' : 'end'
    }
  }

  function close() {
    levels.pop()
    expect = levels.length ? 'next' : 'end'
  }
  function fault(rule: JsonFault['rule'], offset: number): JsonFault {
    const before = text.slice(0, offset)
    const lineStart = before.lastIndexOf('\n') + 1
    return { rule, line: before.split('\n').length, column: offset - lineStart + 1, path: pathOf(root, levels) }
  }
}

/** Where it ends that begins before `at`; -1 where it does not. */
function endOfString(text: string, at: number): number {
  partOfString.lastIndex = at
  while (partOfString.exec(text)?.[1] === '') {
    if (text.charAt(partOfString.lastIndex) !== '\\' || partOfString.lastIndex === at) return -1
    at = partOfString.lastIndex
  }
  return partOfString.lastIndex
}

/** PostgreSQL's text holds neither U+0000 nor half of a surrogate pair. */
function unstorable(written: string): boolean {
  if (!written.includes('\\') && !written.includes('\u0000')) return !written.isWellFormed()
  const meant = written.startsWith('"') ? (JSON.parse(written) as string) : written
  return meant.includes('\u0000') || !meant.isWellFormed()
}

/** Stops before a key that is no element's name: what a stranger wrote there is not ours to repeat. */
function pathOf(root: string, levels: readonly Level[]): string {
  let path = root
  for (const level of levels) {
    if (!level.keys) path += `[${level.index}]`
    else if (/^_?[A-Za-z][A-Za-z0-9]{0,63}$/.test(level.key)) path += `.${level.key}`
    else break
  }
  return path
}
