/** The page at /: what runs here, and where everything is. */

export type Home = {
  readonly services: readonly {
    readonly name: string
    readonly summary: string
    readonly prefixes: readonly string[]
  }[]
  readonly version: string
  readonly hasMetrics: boolean
}

const links = [
  ['/fhir/metadata', 'CapabilityStatement of the FHIR server'],
  ['/fhir/Patient?_count=5', 'Five patients'],
  ['/gateway', 'What EHRs asked of the NHS through the gateway'],
  ['/docs', 'The HTTP API in Swagger UI'],
  ['/redoc', 'The same in ReDoc'],
  ['/openapi.json', 'The same as OpenAPI 3.1'],
  ['/health/live', 'Is the process alive?'],
  ['/health/ready', 'Can it answer, and what does it depend on?'],
  ['/health/startup', 'Has it started?'],
  ['/metrics', 'Figures for Prometheus'],
] as const

export function homePage(site: Home): string {
  const prefixes = site.services.flatMap((service) => service.prefixes)
  const runs = (prefix: string, path: string) => !path.startsWith(prefix) || prefixes.includes(prefix)
  const here = links.filter(
    ([path]) => (path !== '/metrics' || site.hasMetrics) && runs('/fhir', path) && runs('/gateway', path),
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Weft</title>
<style>
:root { color-scheme: light dark; font: 17px/1.5 system-ui, sans-serif }
body { max-width: 44rem; margin: 3rem auto; padding: 0 1rem }
h1 { font-size: 1.6rem; margin-bottom: 0 }
dt { margin-top: .6rem; font-family: ui-monospace, monospace }
dd { margin-left: 0; opacity: .8 }
</style>
</head>
<body>
<h1>Weft</h1>
<p>A health-record platform. This is version ${escape(site.version)}.</p>
<h2>What runs here</h2>
<dl>
${site.services.map(({ name, summary, prefixes }) => `<dt>${escape(name)} ${escape(prefixes.join(' '))}</dt><dd>${escape(summary)}</dd>`).join('\n')}
</dl>
<h2>Where to look</h2>
<dl>
${here.map(([path, what]) => `<dt><a href="${escape(path)}">${escape(path)}</a></dt><dd>${escape(what)}</dd>`).join('\n')}
</dl>
</body>
</html>
`
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escape = (text: string) => text.replace(/[&<>"]/g, (character) => entities[character] ?? character)
