/** Every interaction, in the order in which a path is tried. A new one is a line here. */
import { operations } from '../operations/index.ts'
import { bundle } from './bundle.ts'
import { conditionalCreate, conditionalDelete, conditionalUpdate } from './conditional.ts'
import { history } from './history.ts'
import { type Interaction, keyOf, param } from './interaction.ts'
import { conditionalPatch, patch } from './patch.ts'
import { read, readPart, vread } from './read.ts'
import { search } from './search.ts'
import { searchCompartment } from './search-compartment.ts'
import { create, remove, update } from './write.ts'

const restful: readonly Interaction[] = [
  {
    code: 'capabilities',
    method: 'GET',
    path: '/metadata',
    inBundle: true,
    run: async (server) => server.capabilities(server),
  },
  {
    code: 'transaction',
    method: 'POST',
    path: '/',
    inBundle: false,
    run: (server, call, { body, representation }) =>
      bundle(server, call, body, { representation: representation ?? false }),
  },
  {
    code: 'search-system',
    method: 'GET',
    path: '/',
    inBundle: true,
    run: (server, call, { query, strict }) => search(server, call, { types: [], query, strict }),
  },
  {
    code: 'search-system',
    method: 'POST',
    path: '/_search',
    inBundle: true,
    run: (server, call, { query, strict }) => search(server, call, { types: [], query, strict }),
  },
  {
    code: 'history-system',
    method: 'GET',
    path: '/_history',
    inBundle: true,
    run: (server, call, { query }) => history(server, call, {}, query),
  },
  {
    code: 'search-type',
    method: 'GET',
    path: '/:type',
    inBundle: true,
    run: (server, call, request) =>
      search(server, call, { types: [param(request, 'type')], query: request.query, strict: request.strict }),
  },
  {
    code: 'search-type',
    method: 'POST',
    path: '/:type/_search',
    inBundle: true,
    run: (server, call, request) =>
      search(server, call, { types: [param(request, 'type')], query: request.query, strict: request.strict }),
  },
  {
    code: 'history-type',
    method: 'GET',
    path: '/:type/_history',
    inBundle: true,
    run: (server, call, request) => history(server, call, { type: param(request, 'type') }, request.query),
  },
  {
    code: 'create',
    method: 'POST',
    path: '/:type',
    inBundle: true,
    conditional: 'create',
    run: (server, call, request) =>
      request.ifNoneExist === undefined
        ? create(server, call, param(request, 'type'), request.body)
        : conditionalCreate(server, call, param(request, 'type'), request.body, request.ifNoneExist.replace(/^\?/, '')),
  },
  {
    code: 'update',
    method: 'PUT',
    path: '/:type',
    inBundle: true,
    conditional: 'update',
    run: (server, call, request) =>
      conditionalUpdate(server, call, param(request, 'type'), request.body, request.query, request.ifMatch),
  },
  {
    code: 'patch',
    method: 'PATCH',
    path: '/:type',
    inBundle: true,
    conditional: 'update',
    run: (server, call, request) => conditionalPatch(server, call, param(request, 'type'), request),
  },
  {
    code: 'delete',
    method: 'DELETE',
    path: '/:type',
    inBundle: true,
    conditional: 'delete',
    run: (server, call, request) =>
      conditionalDelete(server, call, param(request, 'type'), request.query, request.ifMatch),
  },
  {
    code: 'read',
    method: 'GET',
    path: '/:type/:id',
    inBundle: true,
    run: (server, call, request) =>
      request.query === ''
        ? read(server, call, keyOf(request), request)
        : readPart(server, call, keyOf(request), request, request.query),
  },
  {
    code: 'update',
    method: 'PUT',
    path: '/:type/:id',
    inBundle: true,
    run: (server, call, request) => {
      const { ifMatch, ifNoneMatch } = request
      return update(server, call, keyOf(request), request.body, { ifMatch, ifNoneMatch })
    },
  },
  {
    code: 'patch',
    method: 'PATCH',
    path: '/:type/:id',
    inBundle: true,
    run: (server, call, request) => patch(server, call, keyOf(request), request),
  },
  {
    code: 'delete',
    method: 'DELETE',
    path: '/:type/:id',
    inBundle: true,
    run: (server, call, request) => remove(server, call, keyOf(request), { ifMatch: request.ifMatch }),
  },
  {
    code: 'history-instance',
    method: 'GET',
    path: '/:type/:id/_history',
    inBundle: true,
    run: (server, call, request) => history(server, call, keyOf(request), request.query),
  },
  {
    code: 'vread',
    method: 'GET',
    path: '/:type/:id/_history/:versionId',
    inBundle: true,
    run: (server, call, request) => vread(server, call, keyOf(request), param(request, 'versionId')),
  },
  {
    code: 'search-type',
    method: 'GET',
    path: '/:type/:id/:member',
    inBundle: true,
    run: (server, call, request) => searchCompartment(server, call, request),
  },
  {
    code: 'search-type',
    method: 'POST',
    path: '/:type/:id/:member/_search',
    inBundle: true,
    run: (server, call, request) => searchCompartment(server, call, request),
  },
]

/** Operations that only read answer GET as well as POST. */
const ofOperations: readonly Interaction[] = operations.flatMap((operation) =>
  operation.on.flatMap((level) => {
    const types = operation.types.length > 0 ? operation.types : [':type']
    const paths = level === 'system' ? [''] : types.map((type) => (level === 'type' ? `/${type}` : `/${type}/:id`))
    const methods = operation.affectsState ? (['POST'] as const) : (['GET', 'POST'] as const)
    return paths.flatMap((path) =>
      methods.map(
        (method): Interaction => ({
          code: 'operation',
          method,
          path: `${path}/$${operation.code}`,
          inBundle: true,
          run: operation.run,
        }),
      ),
    )
  }),
)

export const interactions: readonly Interaction[] = [...ofOperations, ...restful]
