import { readFileSync, statSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { Clock, Log } from '../../kernel/ports.ts'

/** PEM. The same object as long as the files are the same. */
export type TlsMaterial = { readonly key?: Buffer; readonly cert?: Buffer; readonly ca?: Buffer }
export type TlsFiles = { readonly keyFile?: string; readonly certFile?: string; readonly caFile?: string }

/** Key, certificate and trusted CAs from files, read again when they change. A pair that does not fit is not taken: the last good one stays. */
export function tlsFiles(files: TlsFiles, clock: Clock, log: Log, everyMs = 5000): () => TlsMaterial {
  return watched(
    [files.keyFile, files.certFile, files.caFile].filter((path) => path !== undefined),
    () => {
      const material: TlsMaterial = {
        ...(files.keyFile && { key: readFileSync(files.keyFile) }),
        ...(files.certFile && { cert: readFileSync(files.certFile) }),
        ...(files.caFile && { ca: readFileSync(files.caFile) }),
      }
      createSecureContext(material)
      return material
    },
    clock,
    log,
    everyMs,
  )
}

/** What `read` makes of these files; read again when one of them changed, looked at no oftener than `everyMs`. */
export function watched<T>(paths: readonly string[], read: () => T, clock: Clock, log: Log, everyMs = 5000): () => T {
  const stamps = () =>
    paths
      .map((path) => {
        const { mtimeMs, size, ino } = statSync(path)
        return `${mtimeMs}/${size}/${ino}`
      })
      .join(' ')
  let seen = stamps()
  let value = read()
  let lookedAt = clock().getTime()
  return () => {
    const now = clock().getTime()
    if (now - lookedAt < everyMs) return value
    lookedAt = now
    try {
      const stamp = stamps()
      if (stamp !== seen) {
        value = read()
        seen = stamp
        log.info('files.read-again', { files: paths.length })
      }
    } catch (thrown) {
      // Half-written, or the key came before its certificate: the next look will find the rest.
      log.warn('files.unreadable', { error: thrown instanceof Error ? thrown.message.split('\n')[0] : 'unknown' })
    }
    return value
  }
}
