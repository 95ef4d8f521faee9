import { connect, type TLSSocket } from 'node:tls'
import type { Log, Running } from '../../kernel/ports.ts'
import type { TlsMaterial } from '../http/tls-files.ts'
import { syslogFrame } from './syslog-message.ts'

export type SyslogOptions = {
  readonly host: string
  readonly port: number
  /** Asked before each connection. */
  readonly tls: () => TlsMaterial
  /** How this system calls itself. */
  readonly source: { readonly host: string; readonly application: string; readonly process: string }
  readonly log: Log
  /** Waits before a connection is tried again. */
  readonly retryMs?: number
  /** While the repository cannot be reached; over it the oldest is dropped, and told. Our own audit keeps them all. */
  readonly maxWaiting?: number
}
export type SyslogSender = Running & {
  send(auditMessage: string, at: Date): void
  state(): { readonly waiting: number; readonly sent: number; readonly dropped: number; readonly connected: boolean }
}

/** ITI-20 to an audit record repository, over one connection that is made again when it breaks. */
export function syslogTls(options: SyslogOptions): SyslogSender {
  const { source, log, retryMs = 5000, maxWaiting = 10_000 } = options
  const waiting: Buffer[] = []
  let socket: TLSSocket | undefined
  let timer: NodeJS.Timeout | undefined
  let connected = false
  let stopped = false
  let sent = 0
  let dropped = 0

  const flush = () => {
    while (connected && socket && waiting.length) {
      const more = socket.write(waiting.shift()!)
      sent++
      if (!more) return
    }
  }
  const open = () => {
    if (socket || stopped) return
    const opening = connect({
      host: options.host,
      port: options.port,
      servername: options.host,
      minVersion: 'TLSv1.2',
      ...options.tls(),
    })
    socket = opening
    // A repository that vanished without a word is found out, though syslog has no acknowledgement.
    opening.setKeepAlive(true, 30_000)
    opening.on('secureConnect', () => {
      connected = true
      flush()
    })
    opening.on('drain', flush)
    opening.on('error', (error) =>
      log.warn('atna.connection', { error: (error as NodeJS.ErrnoException).code ?? error.name }),
    )
    opening.on('close', () => {
      socket = undefined
      connected = false
      if (!stopped && !timer)
        timer = setTimeout(() => {
          timer = undefined
          open()
        }, retryMs)
    })
    // A repository says nothing back.
    opening.resume()
  }
  open()
  return {
    send(auditMessage, at) {
      waiting.push(syslogFrame(auditMessage, at, source.host, source.application, source.process))
      if (waiting.length > maxWaiting) {
        waiting.shift()
        if (dropped++ === 0) log.error('atna.dropped', { waiting: waiting.length })
      }
      flush()
    },
    state: () => ({ waiting: waiting.length, sent, dropped, connected }),
    async stop() {
      stopped = true
      clearTimeout(timer)
      const open = socket
      if (!open) return
      await new Promise<void>((done) => {
        open.once('close', () => done())
        if (connected) open.end()
        else open.destroy()
        setTimeout(() => open.destroy(), 2000).unref()
      })
    },
  }
}
