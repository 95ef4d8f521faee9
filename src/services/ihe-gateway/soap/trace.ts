/** Where it broke, without the message: that may quote what was sent. */
export function traceOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'unknown'
  const frames = (thrown.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return [thrown.name, ...frames.slice(0, 6).map((line) => line.trim())].join(' ')
}
