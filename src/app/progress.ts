/** A bar where somebody watches; elsewhere a line now and then. */
import type { Context } from './commands/command.ts'

export type Progress = {
  /** One of `total` is done, or as many as said, with so many resources in it. */
  step(resources: number, done?: number): void
  /** A line that stays, above the bar. */
  say(line: string): void
  end(): void
}

const drawEveryMs = 100
const lineEveryMs = 5_000

export function progress({ screen, tell, now }: Context, title: string, total: number): Progress {
  const started = now().getTime()
  let [done, resources, drawn] = [0, 0, started]
  const figures = () => {
    const seconds = Math.max((now().getTime() - started) / 1000, 0.001)
    return `${done}/${total}, ${resources} resources, ${Math.round(resources / seconds)}/s`
  }
  const draw = () => {
    if (!screen) return tell(`${title}: ${figures()}`)
    const width = Math.max(10, Math.min(30, screen.columns - title.length - 50))
    const full = Math.round((width * done) / Math.max(total, 1))
    screen.write(`\r\x1b[2K${title} [${'#'.repeat(full)}${'-'.repeat(width - full)}] ${figures()}`)
  }
  return {
    step(count, of = 1) {
      done += of
      resources += count
      if (now().getTime() - drawn < (screen ? drawEveryMs : lineEveryMs)) return
      drawn = now().getTime()
      draw()
    },
    say(line) {
      if (!screen) return tell(line)
      screen.write(`\r\x1b[2K${line}\n`)
      draw()
    },
    end() {
      draw()
      screen?.write('\n')
    },
  }
}
