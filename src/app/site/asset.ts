/** A file out of an installed package, as an answer. Only names written in our own code come here. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { HttpResponse } from '../../platform/http/port.ts'

const require = createRequire(import.meta.url)

/** Takes `package/path/in/it`. */
export async function asset(name: string, contentType: string): Promise<HttpResponse> {
  const [packageName = '', ...path] = name.split('/')
  const file = join(dirname(require.resolve(`${packageName}/package.json`)), ...path)
  const { mtimeMs, size } = await stat(file)
  return {
    status: 200,
    headers: {
      'content-type': contentType,
      'cache-control': 'max-age=3600',
      etag: `"${size.toString(36)}-${Math.floor(mtimeMs).toString(36)}"`,
      'x-content-type-options': 'nosniff',
    },
    body: createReadStream(file),
  }
}
