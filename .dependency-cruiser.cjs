// Imports go down: main -> app -> services -> contract, platform, standards -> kernel.
const only = (room, ...may) => ({
  name: `${room.replaceAll('/', '-')}-imports-only`,
  comment: `${room} may import: ${may.join(', ') || 'nothing of ours'}`,
  severity: 'error',
  from: { path: `^src/${room}/`, pathNot: '\\.test\\.ts$' },
  to: { path: '^(src|console|test)/', pathNot: [`^src/${room}/`, ...may.map((name) => `^src/${name}`)] },
})

module.exports = {
  forbidden: [
    only('kernel'),
    only('standards', 'kernel/'),
    only('contract', 'kernel/', 'standards/'),
    only('platform', 'kernel/', 'standards/'),
    only('services', 'kernel/', 'standards/', 'contract/', 'platform/[^/]+/port\\.ts$'),
    {
      name: 'services-do-not-import-each-other',
      comment: 'Speak through platform/fhir-api, an event in contract/, or HTTP.',
      severity: 'error',
      from: { path: '^src/services/([^/]+)/' },
      to: { path: '^src/services/', pathNot: '^src/services/$1/' },
    },
    {
      name: 'pure-rooms-do-no-io',
      comment: 'kernel, standards, contract and every search/ folder compute; somebody else reads and writes.',
      severity: 'error',
      from: { path: '^src/(kernel|standards|contract)/|^src/services/[^/]+/search/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(buffer|crypto)$' },
    },
    {
      name: 'search-does-not-know-the-store',
      severity: 'error',
      from: { path: '^src/services/fhir-server/search/' },
      to: { path: '^src/(services/fhir-server/(store|interactions|operations)|platform)/' },
    },
    {
      name: 'only-main-imports-app',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main\\.ts$|app/)' },
      to: { path: '^src/app/' },
    },
    {
      name: 'console-imports-contract-only',
      severity: 'error',
      from: { path: '^console/' },
      to: { path: '^src/', pathNot: '^src/contract/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'nothing-imports-a-test',
      severity: 'error',
      from: { path: '^(src|console)/', pathNot: '\\.test\\.tsx?$' },
      to: { path: '\\.test\\.tsx?$|^test/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
}
