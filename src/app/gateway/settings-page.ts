/** docs/reference/nhs-settings.md, from the schema of the settings themselves. */
import { nhsSettingsSchema } from '../../services/ihe-gateway/sources/settings.ts'

type Schema = {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
}

export function nhsSettingsPage(): string {
  return [
    '# NHS settings',
    '',
    'The part `nhs` of the file that GATEWAY_SETTINGS names (`examples/gateway/settings.example.json`). Without that file the',
    'gateway asks the simulated NHS. Names of files are relative to the settings. What is wrong stops the start, all of it',
    'named at once. This page is printed from `src/services/ihe-gateway/sources/settings.ts` by `npm run docs`.',
    '',
    '| setting | is | default | what it does |',
    '| --- | --- | --- | --- |',
    ...rowsOf(nhsSettingsSchema as Schema, ''),
    '',
  ].join('\n')
}

function rowsOf(schema: Schema, path: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
    const at = path === '' ? name : `${path}.${name}`
    const needed = schema.required?.includes(name) && inner.default === undefined
    return [row(at, inner, needed ?? false), ...rowsOf(inner, at), ...rowsOf(inner.items ?? {}, `${at}[]`)]
  })
}

function row(path: string, { type, items, default: standing, description = '' }: Schema, needed: boolean): string {
  const kind = type === 'array' ? `list of ${items?.type ?? 'text'}` : (type ?? '')
  const shown = typeof standing === 'number' ? `\`${standing}\`` : needed ? 'needed' : ''
  return `| \`${path}\` | ${kind.replace('string', 'text').replace('integer', 'whole number')} | ${shown} | ${description} |`
}
