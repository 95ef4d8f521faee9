/**
 * By which names a request may call this server. A page of another site whose name was made to point at this machine
 * reaches a server here from a browser on it, and its requests carry that name. https://en.wikipedia.org/wiki/DNS_rebinding
 */
import type { IncomingMessage } from 'node:http'
import { Problem } from '../../kernel/problem.ts'

export type Hosts = { readonly allow: (host: string) => boolean }

export const ofThisMachine: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

/** Only who is on this machine reaches such an address. */
export const isLoopback = (address: string): boolean => /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(address)

const rememberedAtMost = 100

/** `names` without ports: every port of theirs is meant. */
export function onlyHosts(names: readonly string[]): Hosts {
  const allowed = new Set(names.map(nameOf))
  // Callers say the same few, and a look at the text as it came costs least.
  const seen = new Set<string>()
  return {
    allow(host) {
      if (seen.has(host)) return true
      if (!allowed.has(nameOf(host))) return false
      if (seen.size < rememberedAtMost) seen.add(host)
      return true
    },
  }
}

const nameOf = (host: string) => host.trim().toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '')

/** https://www.rfc-editor.org/rfc/rfc9110#section-15.5.20 */
export function checkHost({ url = '/', headers }: IncomingMessage, hosts: Hosts): void {
  // An address in the request line stands above the header. https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2
  const host = url.startsWith('/') || url === '*' ? headers.host : authorityOf(url)
  if (host === undefined || hosts.allow(host)) return
  throw new Problem(
    'forbidden',
    'This server does not go by that name: ALLOWED_HOSTS and PUBLIC_URL say which it has',
    {
      at: 'Host',
      code: { http: 421 },
    },
  )
}

const authorityOf = (url: string) => /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#]*)/i.exec(url)?.[1] ?? ''
