import { Counter, Histogram, type Registry } from 'prom-client'
import type { GatewayMeter } from '../../services/ihe-gateway/audit/port.ts'

/** Transactions by outcome, with their times, for Prometheus. */
export function gatewayMetrics(registry: Registry): GatewayMeter {
  const registers = [registry]
  const transactions = new Counter({
    name: 'ihe_transactions_total',
    help: 'IHE transactions answered',
    labelNames: ['transaction', 'outcome'],
    registers,
  })
  const durations = new Histogram({
    name: 'ihe_transaction_seconds',
    help: 'Time an IHE transaction took',
    labelNames: ['transaction'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  })
  return {
    transaction(transaction, outcome, seconds) {
      transactions.inc({ transaction, outcome })
      durations.observe({ transaction }, seconds)
    },
  }
}
