/**
 * A seeded source of numbers, so that the same seed makes the same people. `fork(label)` gives an independent stream:
 * a new kind of event in one part of a life does not move the numbers of the others.
 * Generator: sfc32, https://pracrand.sourceforge.net/
 */
export type Random = {
  /** 0 ≤ x < 1 */
  next(): number
  /** A whole number, both ends included. */
  whole(low: number, high: number): number
  between(low: number, high: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
  weighted<T>(items: readonly (readonly [T, number])[]): T
  /** Normal, kept within three deviations so that no value is absurd. */
  normal(mean: number, deviation: number): number
  fork(label: string): Random
}

export function random(label: string): Random {
  const draw = sfc32(hash(label))
  const next = () => draw() / 4294967296
  const between = (low: number, high: number) => low + next() * (high - low)
  const self: Random = {
    next,
    between,
    whole: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (probability) => next() < probability,
    pick: (items) => {
      const item = items[Math.floor(next() * items.length)]
      if (item === undefined) throw new RangeError('Nothing to pick from')
      return item
    },
    weighted: (items) => {
      let left = next() * items.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [item, weight] of items) {
        left -= weight
        if (left < 0) return item
      }
      return (items[items.length - 1] as readonly [never, number])[0]
    },
    normal: (mean, deviation) => {
      const z = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next())
      return mean + deviation * Math.max(-3, Math.min(3, z))
    },
    fork: (name) => random(`${label}/${name}`),
  }
  return self
}

/** Four 32-bit words from a text. */
function hash(text: string): [number, number, number, number] {
  let a = 1779033703
  let b = 3144134277
  let c = 1013904242
  let d = 2773480762
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    a = b ^ Math.imul(a ^ code, 597399067)
    b = c ^ Math.imul(b ^ code, 2869860233)
    c = d ^ Math.imul(c ^ code, 951274213)
    d = a ^ Math.imul(d ^ code, 2716044179)
  }
  return [a >>> 0, b >>> 0, c >>> 0, d >>> 0]
}

function sfc32(state: [number, number, number, number]): () => number {
  let [a, b, c, d] = state
  const draw = () => {
    const sum = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return sum >>> 0
  }
  for (let warm = 0; warm < 12; warm++) draw()
  return draw
}
