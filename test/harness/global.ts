/** node:test's global setup: keeps the test PostgreSQL up between the files of one run. */
import { type Cluster, dropLeftovers, testCluster } from './database.ts'

let cluster: Cluster | undefined

export async function globalSetup(): Promise<void> {
  cluster = await testCluster()
  await dropLeftovers(cluster)
}

export async function globalTeardown(): Promise<void> {
  await cluster?.stop()
}
