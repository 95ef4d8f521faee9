type Container = Record<string, unknown>

/**
 * Makes empty objects, as `{}` does, that have room for so many keys, at most sixteen. The engine gives `{}` room for four and
 * a list beside it for more; after twelve in that list it makes a hash table of an object whose keys are not in the source.
 */
export function objectsFor(keys: number): () => Container {
  // What a function assigns tells the engine how large its objects may become, and the first seven how large they do.
  function Sized(this: Container, never: boolean): void {
    if (!never) return
    this['a'] = this['b'] = this['c'] = this['d'] = this['e'] = this['f'] = this['g'] = this['h'] = 0
    this['i'] = this['j'] = this['k'] = this['l'] = this['m'] = this['n'] = this['o'] = this['p'] = 0
  }
  Sized.prototype = Object.prototype
  const Constructor = Sized as unknown as new (never: boolean) => Container
  const make = (): Container => new Constructor(false)
  for (let first = 0; first < 8; first++) {
    const object = make()
    for (let key = 0; key < keys; key++) object[`key${key}`] = 0
  }
  return make
}
