import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** The files of a gzipped tar archive, by path. Reads what FHIR packages use of https://www.gnu.org/software/tar/manual/html_node/Standard.html */
export function readTgz(path: string): Map<string, Buffer> {
  const archive = gunzipSync(readFileSync(path))
  const files = new Map<string, Buffer>()
  let at = 0
  while (at + 512 <= archive.length && archive[at] !== 0) {
    const name = field(archive, at, 100)
    const prefix = field(archive, at + 345, 155)
    const size = Number.parseInt(field(archive, at + 124, 12), 8)
    const isFile = [0, 0x30].includes(archive[at + 156] as number)
    if (isFile) files.set(prefix ? `${prefix}/${name}` : name, archive.subarray(at + 512, at + 512 + size))
    at += 512 + Math.ceil(size / 512) * 512
  }
  return files
}

function field(archive: Buffer, from: number, length: number): string {
  const text = archive.toString('utf8', from, from + length)
  const end = text.indexOf('\0')
  return (end < 0 ? text : text.slice(0, end)).trim()
}
