import { randomBytes } from 'node:crypto'
import { join, resolve } from 'node:path'
import { convertToCcda } from '../../standards/ccda/convert.ts'
import { gatewayMetrics } from '../gateway/gateway-metrics.ts'
import { startGateway } from '../gateway/start-gateway.ts'
import type { Service } from '../service.ts'

export const iheGateway: Service = {
  name: 'ihe-gateway',
  summary: 'An EHR asks in IHE (ITI-47, ITI-55, ITI-38, ITI-39), the NHS answers: GP records as C-CDA',
  async start({ config, clock, ids, log, database, metrics, cache, spans }) {
    // Without settings it believes a key of this machine's, so only this machine may reach it.
    if (config.GATEWAY_SETTINGS === undefined && !isLoopback(config.HOST)) {
      log.warn('The IHE gateway is off: GATEWAY_SETTINGS is not set, and HOST is open to the network')
      return { mounts: [], stop: async () => {} }
    }
    return startGateway({
      settingsFile: config.GATEWAY_SETTINGS,
      faults: config.SIMULATED_NHS_FAULTS,
      folder: resolve(root, config.DATA_FOLDER),
      clock,
      ids,
      log,
      seconds: () => performance.now() / 1000,
      chance: Math.random,
      randomBytes,
      database,
      cache: cache.cache,
      ...(cache.leases && { leases: cache.leases }),
      ...(cache.turns && { turns: cache.turns }),
      convert: convertToCcda,
      meter: gatewayMetrics(metrics.registry),
      observe: metrics.upstream,
      ...(spans && { spans }),
      tenant: config.TENANT,
    })
  },
}

const root = join(import.meta.dirname, '..', '..', '..')
const isLoopback = (host: string) => /^(localhost|127(\.\d+){3}|::1)$/.test(host)
