import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SaxesParser } from 'saxes'
import { assertion } from '../../../test/builders/gateway.ts'
import { envelope } from '../../../test/builders/soap.ts'
import { mutate, seeded } from '../../../test/conformance/mutate.ts'
import { Problem } from '../../kernel/problem.ts'
import { scanXml, type XmlEvents } from './scan.ts'

/** What a document says, one line for each event. */
function said(text: string): string[] {
  const lines: string[] = []
  const events: XmlEvents = {
    open: ({ name, namespace, attributes }) =>
      lines.push(
        `<${name} {${namespace}}${attributes.map((one) => ` ${one.prefix}:${one.local} {${one.namespace}}=${one.value}`).join('')}`,
      ),
    close: () => lines.push('>'),
    text: (content) => addText(lines, content),
    instruction: (target, data) => lines.push(`?${target} ${data}`),
  }
  scanXml(text, events)
  return lines
}

/** The same by saxes. */
function saidBySaxes(text: string): string[] {
  const lines: string[] = []
  let depth = 0
  const parser = new SaxesParser({ xmlns: true })
  parser.on('error', (error) => {
    throw error
  })
  parser.on('doctype', () => {
    throw new Error('doctype')
  })
  parser.on('opentag', ({ name, uri, attributes }) => {
    depth++
    const own = Object.values(attributes).filter((one) => one.prefix !== 'xmlns' && one.name !== 'xmlns')
    lines.push(`<${name} {${uri}}${own.map((one) => ` ${one.prefix}:${one.local} {${one.uri}}=${one.value}`).join('')}`)
  })
  parser.on('closetag', () => {
    depth--
    lines.push('>')
  })
  parser.on('text', (content) => void (depth > 0 && addText(lines, content)))
  parser.on('cdata', (content) => addText(lines, content))
  parser.on('processinginstruction', ({ target, body }) => void (depth > 0 && lines.push(`?${target} ${body}`)))
  parser.write(text).close()
  return lines
}

function addText(lines: string[], content: string): void {
  if (content === '') return
  const last = lines.length - 1
  if (lines[last]?.startsWith('"')) lines[last] += content
  else lines.push(`"${content}`)
}

const outcome = (read: (text: string) => string[], text: string) => {
  try {
    return read(text)
  } catch (thrown) {
    return thrown instanceof Problem || read === saidBySaxes ? 'refused' : String(thrown)
  }
}

test('a document is told in order, its prefixes resolved where they stand', () => {
  assert.deepEqual(
    said(
      '\ufeff<?xml version="1.0" encoding=\'UTF-8\' standalone="yes" ?>\r\n<!-- - --><p:a xmlns:p="urn:p" xmlns="urn:d" p:x="1" x = \'2\'><b xmlns="" xml:lang="en"/><?do  it?>t<p:c xmlns:p="urn:q"/><p:c/></p:a >\n<?end?>',
    ),
    [
      '<p:a {urn:p} p:x {urn:p}=1 :x {}=2',
      '<b {} xml:lang {http://www.w3.org/XML/1998/namespace}=en',
      '>',
      '?do it',
      '"t',
      '<p:c {urn:q}',
      '>',
      '<p:c {urn:p}',
      '>',
      '>',
    ],
  )
})

test('line ends become line feeds, and white space in attributes spaces, unless it is written as a reference', () => {
  assert.deepEqual(
    said(
      '<a b="1\r\n2\t3\n4\r5&#13;&#10;&#9;">1\r\n2\r3&#13;<![CDATA[\r\n&amp;]]>&lt;&gt;&amp;&quot;&apos;&#x1F600;</a>',
    ),
    ['<a {} :b {}=1 2 3 4 5\r\n\t', '"1\n2\n3\r\n&amp;<>&"\'\u{1F600}', '>'],
  )
})

test('what is not well-formed is refused', () => {
  for (const text of [
    '',
    ' ',
    'text',
    '<a>',
    '</a>',
    '<a></b>',
    '<a></a><b/>',
    '<a/>text',
    'text<a/>',
    '<a/><![CDATA[x]]>',
    '<a',
    '<a b>',
    '<a b=1/>',
    '<a b="1/>',
    '<a b="<"/>',
    '<a b="1"c="2"/>',
    '<a b="1" b="2"/>',
    '<a / >',
    '< a/>',
    '<1/>',
    '<a></ a>',
    '<a></a b="1">',
    '<a>]]></a>',
    '<a>&</a>',
    '<a>&amp</a>',
    '<a>&unknown;</a>',
    '<a>&constructor;</a>',
    '<a>&__proto__;</a>',
    '<a>&#0;</a>',
    '<a>&#xD800;</a>',
    '<a>&#xFFFFFFFFFF;</a>',
    '<a>&#x;</a>',
    '<a>&#X41;</a>',
    '<a>\u0001</a>',
    '<a>\ud800</a>',
    '<a b="\uffff"/>',
    '<a><!-- -- --></a>',
    '<a><!-- --->',
    '<a><!ELEMENT a></a>',
    '<a><![CDATA[</a>',
    '<a><?xml version="1.0"?></a>',
    ' <?xml version="1.0"?><a/>',
    '<?xml version="2.0"?><a/>',
    '<?xml encoding="UTF-8"?><a/>',
    '<?xml version="1.0" standalone="maybe"?><a/>',
    '<a><?p</a>',
    '<a><?p:q?></a>',
    '<a><??></a>',
  ])
    assert.equal(outcome(said, text), 'refused', JSON.stringify(text))
})

test('a prefix nobody declared is refused, and a declaration that may not be', () => {
  for (const text of [
    '<p:a/>',
    '<a p:b="1"/>',
    '<a><b xmlns:p="urn:p"/><p:c/></a>',
    '<a xmlns:p=""/>',
    '<a xmlns:xml="urn:p"/>',
    '<a xmlns:xmlns="urn:p"/>',
    '<xmlns:a/>',
    '<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>',
    '<a xmlns="http://www.w3.org/2000/xmlns/"/>',
    '<a xmlns:p="urn:p" xmlns:p="urn:q"/>',
    '<a xmlns="urn:p" xmlns="urn:p"/>',
    '<a xmlns:p="urn:p" xmlns:q="urn:p" p:b="1" q:b="1"/>',
    `<a xmlns:p="urn:p" xmlns:q="urn:p" p:b="1" q:b="1" ${Array.from({ length: 10 }, (_, index) => `c${index}=""`).join(' ')}/>`,
    '<a:b:c xmlns:a="urn:a"/>',
    '<:a/>',
    '<a:/>',
    '<a :b="1"/>',
  ])
    assert.equal(outcome(said, text), 'refused', JSON.stringify(text))
  assert.deepEqual(said('<a xmlns:p="urn:p" b="1" p:b="1" xml:b="1"/>').length, 2)
})

test('many declarations, attributes and depths cost no more than they are long', () => {
  // Were it the square of that, this would take minutes.
  const declared = Array.from({ length: 100_000 }, (_, index) => `xmlns:p${index}="urn:p"`).join(' ')
  const used = Array.from({ length: 100_000 }, (_, index) => `<p${index}:a xmlns:q="urn:q"/>`).join('')
  const attributes = Array.from({ length: 100_000 }, (_, index) => `a${index}=""`).join(' ')
  assert.equal(said(`<a ${declared}>${used}</a>`).length, 200_002)
  assert.equal(said(`<a ${attributes}>${'<b>'.repeat(100_000)}${'</b>'.repeat(100_000)}</a>`).length, 200_002)
})

test('a long namespace is not written again for each attribute that is in it', () => {
  // 1 MB that became 20 GB, and the end of the process.
  const attributes = (count: number) => Array.from({ length: count }, (_, index) => `p:a${index}=""`).join(' ')
  assert.equal(outcome(said, `<a xmlns:p="${'u'.repeat(500_000)}" ${attributes(50_000)}/>`), 'refused')
  assert.equal(outcome(said, `<a xmlns:p="${'&amp;'.repeat(1001)}"/>`), 'refused')
  assert.equal(said(`<a xmlns:p="${'u'.repeat(1000)}" ${attributes(50_000)}/>`).length, 2)
  assert.equal(outcome(said, `<a xmlns:p="u" xmlns:q="u" ${attributes(50_000)} q:a49999=""/>`), 'refused')
  assert.equal(said(`<a xmlns:p="u" xmlns:q="v" ${attributes(50_000)} q:a49999="" a1=""/>`).length, 2)
})

const pieces = [
  ['<a>', '</a>', '<a/>', '<p:a xmlns:p="urn:p">', '</p:a>', '<p:a>', '<b xmlns="urn:d">', '</b>', '<b xmlns="">'],
  [
    '<a b="1" c=\'2\'>',
    '<a b="1" b="2">',
    '<a p:b="1" xmlns:p="urn:p">',
    '<a xml:lang="en">',
    '<a b="<">',
    '<a b = "1"/>',
  ],
  [
    '<a b="x\r\ny\tz&#10;&#9;&lt;">',
    '<a xmlns:p="urn:p" xmlns:q="urn:p" p:x="1" q:x="2"/>',
    '<a xmlns:p=""/>',
    '<xml:a/>',
  ],
  [
    '<é>',
    '</é>',
    '<a\u0300/>',
    '<\u0300/>',
    '<a\u{10000}/>',
    '<a b="1"c="2"/>',
    '<a:b:c/>',
    '<:a/>',
    '<a ',
    '</a ',
    '>',
    '/>',
  ],
  [
    ' ',
    '\r\n',
    '\t',
    '\r',
    'text',
    '\u{1F600}',
    '\ufeff',
    '\u0085',
    '\u2028',
    '"',
    "'",
    '=',
    ']]>',
    '&',
    '&amp;',
    '&#13;',
  ],
  [
    '&#x0;',
    '&bad;',
    '<![CDATA[ x\r\n ]]>',
    '<!-- c -->',
    '<!-- -- -->',
    '<?pi data\r\n?>',
    '<?pi?>',
    '<?xml version="1.0"?>',
  ],
  ['<!DOCTYPE a>', '<xmlns:a/>', '<a xmlns:xml="http://www.w3.org/XML/1998/namespace"/>'],
].flat()

test('12,000 made and damaged documents say what saxes reads in them, or are refused by both', () => {
  const now = new Date('2026-03-01T12:00:00Z')
  const message = envelope({ action: 'urn:a', body: '<b>é&amp;<!-- c --><?p d?></b>', now, security: assertion(now) })
  const random = seeded(7)
  let read = 0
  for (let index = 0; index < 12_000; index++) {
    const made = Array.from(
      { length: 1 + Math.floor(random() * 9) },
      () => pieces[Math.floor(random() * pieces.length)],
    )
    const text = index % 24 === 0 ? mutate(message, random) : random() < 0.5 ? made.join('') : `<r>${made.join('')}</r>`
    // saxes takes white space off the ends of namespaces, and lets local names begin with a digit.
    if (/xmlns[^=]*=\s*(["'])(\s|[^"']*\s\1)|:[-.\d\u0300][^\s="]*[\s=>/]/.test(text)) continue
    const one = outcome(said, text)
    assert.deepEqual(one, outcome(saidBySaxes, text), JSON.stringify(text))
    if (one !== 'refused') read++
  }
  assert.ok(read > 400, `${read} were read`)
})
