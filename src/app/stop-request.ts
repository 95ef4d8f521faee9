/**
 * Somebody wants this process to end: Ctrl-C, SIGTERM, a closed terminal, or the wrapper in bin/ is gone. Asked once or
 * several times, it stops once.
 */
export type StopRequest = { readonly signal: AbortSignal; readonly asked: Promise<void> }

export function stopRequest(): StopRequest {
  const abort = new AbortController()
  const asked = new Promise<void>((resolve) => abort.signal.addEventListener('abort', () => resolve(), { once: true }))
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => abort.abort(name))
  if (process.channel) process.on('disconnect', () => abort.abort('disconnect'))
  return { signal: abort.signal, asked }
}
