import type { ExpandedElement, ExpandedNode, XmlElement } from '../../xml/element.ts'
import { expand } from '../../xml/template.ts'
import { readable } from '../time.ts'
import { narrativeHtml } from './narrative-html.ts'
import { serialiseHtml } from './serialise-html.ts'

/**
 * A document as a page that a person can read: headings, a link past the contents, tables with headers, nothing that
 * needs a script, and the same on paper.
 */
export function htmlPage(ccd: XmlElement): string {
  const document = expand(ccd)
  const title = text(child(document, 'title')) || 'GP record'
  const sections = all(document, 'section')
  const entries = sections.map((section, at) => ({
    section,
    id: `section-${at + 1}`,
    title: text(child(section, 'title')),
  }))
  const page = el('html', { lang: 'en-GB' }, [
    el('head', {}, [
      { name: 'meta', attributes: { charset: 'utf-8' } },
      { name: 'meta', attributes: { name: 'viewport', content: 'width=device-width, initial-scale=1' } },
      {
        name: 'meta',
        attributes: {
          'http-equiv': 'Content-Security-Policy',
          content: "default-src 'none'; style-src 'unsafe-inline'",
        },
      },
      el('title', {}, [title]),
      el('style', {}, [style]),
    ]),
    el('body', {}, [
      el('a', { class: 'skip', href: '#main' }, ['Skip to the record']),
      el('header', {}, [el('h1', {}, [title]), el('dl', {}, patient(document))]),
      el('nav', { 'aria-label': 'Sections' }, [
        el('h2', {}, ['Contents']),
        el(
          'ul',
          {},
          entries.map(({ id, title: name }) => el('li', {}, [el('a', { href: `#${id}` }, [name])])),
        ),
      ]),
      el(
        'main',
        { id: 'main', tabindex: '-1' },
        entries.map(({ section, id, title: name }) =>
          el('section', { 'aria-labelledby': id }, [
            el('h2', { id }, [name]),
            ...(child(section, 'text')?.children ?? []).flatMap((node) => narrativeHtml(node, name)),
          ]),
        ),
      ),
    ]),
  ])
  return `<!doctype html>\n${serialiseHtml(page)}\n`
}

const style = `body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:80rem;padding:1rem;color:#111;background:#fff}
.skip{position:absolute;left:-999rem}.skip:focus{left:1rem;top:1rem;background:#fff;padding:.5rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem}dt{font-weight:600}dd{margin:0}
.table{overflow-x:auto;margin:1rem 0}table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:600;padding:.25rem 0}
th,td{border:1px solid #767676;padding:.25rem .5rem;text-align:left;vertical-align:top}thead th{background:#eee}tbody th{font-weight:inherit}
.warning{border-left:.5rem solid #b00020;padding:.5rem 1rem;background:#fdecee}:focus-visible{outline:.2rem solid #005fcc}
@media print{nav,.skip{display:none}body{max-width:none;font-size:9pt}.table{overflow:visible}thead{display:table-header-group}tr{break-inside:avoid}h2{break-after:avoid}}`

function patient(document: ExpandedElement): ExpandedElement[] {
  const role = find(document, 'recordTarget', 'patientRole')
  if (!role) return []
  const person = child(role, 'patient')
  const names = children(person, 'name').map((name) => {
    const words = (name.children ?? [])
      .filter((part) => typeof part === 'string' || part.name !== 'validTime')
      .map(text)
      .filter(Boolean)
      .join(' ')
    return words !== '' && hasEnded(child(child(name, 'validTime'), 'high'), document)
      ? `${words} (no longer in use)`
      : words
  })
  const died = child(person, 'sdtc:deceasedTime')?.attributes?.value
  const nhsNumber = children(role, 'id').find((id) => id.attributes?.root === '2.16.840.1.113883.2.1.4.1')?.attributes
    ?.extension
  const birth = child(person, 'birthTime')?.attributes?.value
  const addresses = children(role, 'addr')
  const address =
    addresses.find((one) => !hasEnded(child(child(one, 'useablePeriod'), 'high'), document)) ?? addresses[0]
  const practice = child(role, 'providerOrganization')
  const facts: [string, string | undefined][] = [
    ['Name', names.filter(Boolean).join('; ')],
    ['NHS number', nhsNumber],
    ['Born', birth === undefined ? undefined : dateOf(birth)],
    ['Died', died === undefined ? child(person, 'sdtc:deceasedInd') && 'Yes, date not known' : dateOf(died)],
    ['Gender', child(person, 'administrativeGenderCode')?.attributes?.displayName],
    ['Address', address && (address.children ?? []).map(text).filter(Boolean).join(', ')],
    [
      'Telephone',
      children(role, 'telecom')
        .map((one) => one.attributes?.value?.replace(/^(?:tel|mailto|fax):/, ''))
        .filter(Boolean)
        .join(', '),
    ],
    ['GP practice', practice && text(child(practice, 'name'))],
    ['Document made', dateOf(child(document, 'effectiveTime')?.attributes?.value ?? '')],
  ]
  return facts.flatMap(([label, value]) => (value ? [el('dt', {}, [label]), el('dd', {}, [value])] : []))
}

/** At a time before the document's, or one that is not known; days are days, whatever the zone. */
function hasEnded(high: ExpandedElement | undefined, document: ExpandedElement): boolean {
  if (high === undefined) return false
  const end = high.attributes?.value?.slice(0, 8)
  const made = child(document, 'effectiveTime')?.attributes?.value ?? ''
  return end === undefined || end < made.slice(0, end.length)
}

/** `20250101` is 1 Jan 2025. */
function dateOf(ts: string): string {
  return readable([ts.slice(0, 4), ts.slice(4, 6), ts.slice(6, 8)].filter(Boolean).join('-'))
}

function el(name: string, attributes: ExpandedElement['attributes'], inside: readonly ExpandedNode[]): ExpandedElement {
  return { name, attributes, children: inside }
}
function children(parent: ExpandedElement | undefined, name: string): ExpandedElement[] {
  return (parent?.children ?? []).filter((one): one is ExpandedElement => typeof one !== 'string' && one.name === name)
}
function child(parent: ExpandedElement | undefined, name: string): ExpandedElement | undefined {
  return children(parent, name)[0]
}
function find(from: ExpandedElement, ...path: string[]): ExpandedElement | undefined {
  return path.reduce<ExpandedElement | undefined>((here, name) => child(here, name), from)
}
function all(root: ExpandedElement, name: string): ExpandedElement[] {
  return (root.children ?? []).flatMap((one) =>
    typeof one === 'string' ? [] : one.name === name ? [one] : all(one, name),
  )
}
function text(node: ExpandedNode | undefined): string {
  return node === undefined ? '' : typeof node === 'string' ? node : (node.children ?? []).map(text).join('')
}
