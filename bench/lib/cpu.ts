/** Processor time that processes took, from their own mouth or from Linux. */
import { readdirSync, readFileSync } from 'node:fs'

/** Milliseconds since the process began: all of it, and its main thread. */
export type Cpu = { readonly all: number; readonly main: number }

export function ownCpu(): Cpu {
  const ms = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1000
  return { all: ms(process.cpuUsage()), main: ms(process.threadCpuUsage()) }
}

/** PostgreSQL's: the process and all its children, also those that are gone. `backend` is any of them. */
export function postgresCpu(backend: number): Cpu {
  const parent = stat(backend)?.parent
  return parent === undefined ? { all: 0, main: 0 } : treeCpu(parent)
}

/** A process and all its children, also those that are gone. */
export function treeCpu(parent: number): Cpu {
  const main = stat(parent)
  if (!main) return { all: 0, main: 0 }
  let ticks = main.ticks + main.gone
  for (const name of readdirSync('/proc')) {
    const one = /^\d+$/.test(name) ? stat(Number(name)) : undefined
    if (one?.parent === parent) ticks += one.ticks
  }
  return { all: ticks * 10, main: 0 }
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html, with a clock of 100 ticks a second. */
function stat(pid: number): { parent: number; ticks: number; gone: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const at = (field: number) => fields[field - 3] ?? 0
    return { parent: at(4), ticks: at(14) + at(15), gone: at(16) + at(17) }
  } catch {
    return undefined
  }
}
