/** One word after `weft`. A new one is a file here and a line in index.ts. */
export type Command = {
  readonly name: string
  /** What follows the name, as in `[service…] [--workers N]`. */
  readonly usage: string
  readonly summary: string
  /** Lines of --help below the usage; examples among them. */
  readonly help: string
  /** Returns the exit code. Throws a UsageProblem for what was typed, a Problem for what went wrong. */
  run(args: readonly string[], context: Context): Promise<number>
}

/** What the outside gives a command; main.ts makes it. */
export type Context = {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The project's folder. */
  readonly root: string
  readonly version: string
  readonly now: () => Date
  /** A line for who reads standard output. */
  print(line: string): void
  /** A line beside the result: progress, warnings. */
  tell(line: string): void
  /** Where progress may be drawn over; undefined when nobody watches. */
  readonly screen: { readonly columns: number; write(text: string): void } | undefined
}

/** What was typed makes no sense: exit code 2. */
export class UsageProblem extends Error {}
