/** What `make` makes of an object, made once for each and kept as long as the object is. */
export const oncePer = <K extends object, V extends string | object>(make: (of: K) => V): ((of: K) => V) => {
  const known = new WeakMap<K, V>()
  return (of) => {
    const before = known.get(of)
    if (before !== undefined) return before
    const made = make(of)
    known.set(of, made)
    return made
  }
}
