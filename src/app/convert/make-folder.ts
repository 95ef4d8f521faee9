import { mkdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/**
 * A folder and those above it, as far as they are missing. Node's own recursive `mkdir` never ends where making a folder
 * fails as if the one above it were missing, which is what all of /proc does.
 */
export async function makeFolder(folder: string): Promise<void> {
  const missing: string[] = []
  for (let at = resolve(folder); !(await isThere(at)); at = dirname(at)) missing.push(at)
  for (const one of missing.toReversed())
    try {
      await mkdir(one)
    } catch (thrown) {
      // Somebody else made it meanwhile.
      if ((thrown as { code?: string }).code !== 'EEXIST') throw thrown
    }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (thrown) {
    if ((thrown as { code?: string }).code !== 'ENOENT' || dirname(path) === path) throw thrown
    return false
  }
}
