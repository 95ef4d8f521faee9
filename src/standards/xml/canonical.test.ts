import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DOMParser } from '@xmldom/xmldom'
import { ExclusiveCanonicalization } from 'xml-crypto'
import { seeded } from '../../../test/conformance/mutate.ts'
import { Problem } from '../../kernel/problem.ts'
import { canonicalXml } from './canonical.ts'
import { type ParsedElement, readXml, readXmlWithSource } from './read.ts'

test('namespaces are told where they are used, and nowhere else', () => {
  // https://www.w3.org/TR/xml-exc-c14n/#sec-Enveloping
  const elem2 =
    '<n1:elem2 xmlns:n0="http://a.example" xmlns:n1="http://b.example" xmlns:n3="ftp://example.org" xml:lang="en">\n <n3:stuff/>\n</n1:elem2>'
  assert.equal(
    canonicalXml(elem2),
    '<n1:elem2 xmlns:n1="http://b.example" xml:lang="en">\n <n3:stuff xmlns:n3="ftp://example.org"></n3:stuff>\n</n1:elem2>',
  )
  assert.equal(
    canonicalXml(elem2, { inclusive: ['n3', 'n0', 'n9'] }),
    '<n1:elem2 xmlns:n0="http://a.example" xmlns:n1="http://b.example" xmlns:n3="ftp://example.org" xml:lang="en">\n <n3:stuff></n3:stuff>\n</n1:elem2>',
  )
  assert.equal(
    canonicalXml(
      '<p:a xmlns:p="urn:p" xmlns="urn:d"><p:b/><c/><c xmlns=""><p:d xmlns:p="urn:q" e=""/><p:d/></c></p:a>',
    ),
    '<p:a xmlns:p="urn:p"><p:b></p:b><c xmlns="urn:d"></c><c><p:d xmlns:p="urn:q" e=""></p:d><p:d></p:d></c></p:a>',
  )
  assert.equal(
    canonicalXml('<p:a xmlns:p="urn:p" xmlns="urn:d"><p:b xmlns=""/></p:a>', { inclusive: ['#default'] }),
    '<p:a xmlns="urn:d" xmlns:p="urn:p"><p:b xmlns=""></p:b></p:a>',
  )
})

test('characters and attributes are written in one way only', () => {
  // https://www.w3.org/TR/xml-c14n#Example-Chars
  assert.equal(
    canonicalXml(`<?xml version="1.0"?><!-- outside --><doc>
   <text>First line&#x0d;&#10;Second line</text>
   <value>&#x32;</value>
   <compute><![CDATA[value>"0" && value<"10" ?"valid":"error"]]></compute>
   <compute expr='value>"0" &amp;&amp; value&lt;"10" ?"valid":"error"'>valid</compute>
   <norm attr=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '/><?pi  do ?><!-- inside -->
</doc>
<?end?>`),
    `<doc>
   <text>First line&#xD;
Second line</text>
   <value>2</value>
   <compute>value&gt;"0" &amp;&amp; value&lt;"10" ?"valid":"error"</compute>
   <compute expr="value>&quot;0&quot; &amp;&amp; value&lt;&quot;10&quot; ?&quot;valid&quot;:&quot;error&quot;">valid</compute>
   <norm attr=" '    &#xD;&#xA;&#x9;   ' "></norm><?pi do ?>
</doc>`,
  )
  // https://www.w3.org/TR/xml-c14n#Example-SETags
  assert.equal(
    canonicalXml(
      '<e5 a:attr="out" b:attr="sorted" attr2="all" attr="I\'m"\n xmlns:b="http://www.ietf.org"\n xmlns:a="http://www.w3.org"\n xmlns="http://example.org"/>',
    ),
    '<e5 xmlns="http://example.org" xmlns:a="http://www.w3.org" xmlns:b="http://www.ietf.org" attr="I\'m" attr2="all" b:attr="sorted" a:attr="out"></e5>',
  )
})

test('what is left out are children of the root with that name, with all that is in them', () => {
  const document =
    '<a xmlns:s="urn:s">1<s:x>2<s:x>3</s:x>4</s:x>5<b><s:x/></b><x xmlns="urn:s"><s:y/></x><x>6</x><s:x xmlns:s="urn:t"/></a>'
  assert.equal(
    canonicalXml(document, { without: { namespace: 'urn:s', local: 'x' } }),
    '<a>15<b><s:x xmlns:s="urn:s"></s:x></b><x>6</x><s:x xmlns:s="urn:t"></s:x></a>',
  )
  const root = '<x xmlns="urn:s"/>'
  assert.equal(canonicalXml(root, { without: { namespace: 'urn:s', local: 'x' } }), '<x xmlns="urn:s"></x>')
})

test('a form that would be many times as long as its document is given up', () => {
  const document = `<a xmlns:p="${'u'.repeat(1000)}">${'<p:b/>'.repeat(80_000)}</a>`
  assert.throws(
    () => canonicalXml(document),
    (thrown) => thrown instanceof Problem && /more than 10000000/.test(thrown.message),
  )
  assert.throws(() => canonicalXml('<p:b xmlns:p="urn:p"/>', { maxLength: 20 }), Problem)
  assert.equal(canonicalXml('<a>1</a>', { maxLength: 20 }), '<a>1</a>')
})

const random = seeded(11)
const pick = <T>(among: readonly T[]): T => among[Math.floor(random() * among.length)] as T
const prefixes = ['a', 'b', 'c', 'q']

/** An element with namespaces, attributes and text of all sorts. */
function madeElement(depth: number, above: ReadonlyMap<string, string>, more = false): string {
  const scope = new Map(above)
  const parts: string[] = []
  for (const prefix of ['', ...prefixes]) {
    if (random() > 0.2) continue
    // Of more: xml-crypto says xmlns="" again and again, and white space as it stands.
    const odd = prefix === '' ? ['', 'urn:x&#10;y'] : ['urn:x&#10;y', 'urn:&quot;']
    const namespace = pick(['urn:a', 'urn:b', 'http://c.example/?x&amp;y', ...(more ? odd : [])])
    scope.set(prefix, namespace)
    parts.push(`xmlns${prefix && `:${prefix}`}="${namespace}"`)
  }
  const bound = [...scope.keys()].filter(Boolean)
  const prefix = pick(['', ...bound])
  const name = `${prefix && `${prefix}:`}${pick(['one', 'Two', '_3'])}`
  const seen = new Set<string>()
  for (let left = pick([0, 1, 2, 3]); left > 0; left--) {
    const own = pick(['', 'xml', ...bound])
    const local = own === 'xml' ? 'lang' : pick(['m', 'N', 'o'])
    const known = `${own && (scope.get(own) ?? own)} ${local}`
    if (seen.has(known)) continue
    seen.add(known)
    const value = pick(['v', 'a&amp;b', '&lt;>', '&quot;', "'", '&#9;&#10;&#13;', 'x\ty\r\nz', 'é\u{1F600}'])
    parts.splice(Math.floor(random() * (parts.length + 1)), 0, `${own && `${own}:`}${local}="${value}"`)
  }
  const texts = ['x', 'a &amp; b', '&lt;>', '&#13;', '\r\n', '<![CDATA[<&"]]>', '<!-- c -->', '"\'', 'é\u{1F600}']
  const odder = ['<?p   d\r\n?>', '<?p?>', '<![CDATA[]]]]><![CDATA[>]]>', '\r&#32;\r\n', ']]&gt;', '<!---->']
  const inside = Array.from({ length: depth < 4 ? pick([0, 1, 2, 3]) : 0 }, () =>
    random() < 0.6 ? madeElement(depth + 1, scope, more) : pick(more ? [...texts, ...odder] : texts),
  ).join('')
  return `<${[name, ...parts].join(' ')}>${inside}</${name}>`
}

test('3,000 made documents are canonicalised as xml-crypto does it, and say the same before and after', () => {
  const theirs = new ExclusiveCanonicalization()
  for (let index = 0; index < 3000; index++) {
    const document = madeElement(0, new Map())
    const inclusive = prefixes.filter(() => random() < 0.3)
    const root = new DOMParser().parseFromString(document, 'text/xml').documentElement
    const ours = canonicalXml(document, { inclusive })
    // It writes what a namespace is called as it stands, though an & would have to be escaped.
    const their = theirs
      .process(root as never, { inclusiveNamespacesPrefixList: inclusive } as never)
      .replaceAll('?x&y', '?x&amp;y')
    assert.equal(ours, their, document)
    assert.deepEqual(joined(readXml(ours)), joined(readXml(document)), document)
    assert.equal(canonicalXml(ours, { inclusive }), ours)
  }
})

test('every element of 1,000 made documents says in its canonical form what it says where it stands', () => {
  let elements = 0
  for (let index = 0; index < 1000; index++) {
    const document = madeElement(0, new Map(), true)
    const { root, sourceOf } = readXmlWithSource(document)
    for (const element of withAllBelow(root)) {
      elements++
      const inclusive = [...prefixes, '#default'].filter(() => random() < 0.3)
      const source = sourceOf(element)
      assert.deepEqual(readXml(source), element, document)
      const canonical = canonicalXml(source, { inclusive })
      assert.deepEqual(joined(readXml(canonical)), joined(element), document)
      assert.equal(canonicalXml(canonical, { inclusive }), canonical)
    }
  }
  assert.ok(elements > 2000, `${elements} elements`)
})

const withAllBelow = (element: ParsedElement): ParsedElement[] => [
  element,
  ...element.children.flatMap((child) => (typeof child === 'string' ? [] : withAllBelow(child))),
]

/** Attributes in one order. */
const joined = (element: ReturnType<typeof readXml>): unknown => ({
  ...element,
  attributes: element.attributes.map((one) => JSON.stringify(one)).sort(),
  children: element.children.map((child) => (typeof child === 'string' ? child : joined(child))),
})
