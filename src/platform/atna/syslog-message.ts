import { Buffer } from 'node:buffer'

/**
 * An audit message as ITI-20 sends it: RFC 5424, in the frame of RFC 5425.
 * https://www.rfc-editor.org/rfc/rfc5424#section-6 https://www.rfc-editor.org/rfc/rfc5425#section-4.3
 */
export function syslogFrame(message: string, at: Date, host: string, application: string, process: string): Buffer {
  // Facility 10 (security), severity 5 (notice).
  const header = `<85>1 ${at.toISOString()} ${printable(host, 255)} ${printable(application, 48)} ${printable(process, 128)} IHE+RFC-3881 - `
  const content = Buffer.from(`${header}\ufeff${message}`)
  return Buffer.concat([Buffer.from(`${content.length} `), content])
}

const printable = (text: string, length: number) => text.replaceAll(/[^\x21-\x7e]/g, '').slice(0, length) || '-'
