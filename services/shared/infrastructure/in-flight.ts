interface Entry<K, V> {
  readonly key: K
  value: V
}

const mostInBucket = 8

const hashOf = (key: string | number): number => {
  if (typeof key === 'number') return key ^ (key >>> 1)
  let hash = 0
  for (let index = Math.max(0, key.length - 8); index < key.length; index += 1) hash = hash * 31 + key.charCodeAt(index)
  return hash
}

const emptyBuckets = <T>(count: number): T[][] => Array.from({ length: count }, () => [])

/**
 * A map, in no order, for the hundreds of things that come and go all the time. V8's own Map and Set leave their table
 * whenever it is full of what was deleted, and the old table leads to the new one. Once one table has grown old, all
 * later ones grow old with it, and with them all that was in them: none of it goes before the next full collection,
 * which then comes far more often.
 */
export class InFlight<K extends string | number, V> {
  /** Their number is a power of two, that of the most there were at once. */
  private buckets: Entry<K, V>[][] = emptyBuckets(1)
  private count = 0

  get size(): number {
    return this.count
  }

  private bucketOf(key: K): Entry<K, V>[] {
    return this.buckets[hashOf(key) & (this.buckets.length - 1)] as Entry<K, V>[]
  }

  private find(key: K): Entry<K, V> | undefined {
    for (const entry of this.bucketOf(key)) if (entry.key === key) return entry
    return undefined
  }

  get(key: K): V | undefined {
    return this.find(key)?.value
  }

  has(key: K): boolean {
    return this.find(key) !== undefined
  }

  set(key: K, value: V): void {
    const entry = this.find(key)
    if (entry) entry.value = value
    else {
      this.bucketOf(key).push({ key, value })
      this.count += 1
      if (this.count > mostInBucket * this.buckets.length) this.grow()
    }
  }

  delete(key: K): boolean {
    const bucket = this.bucketOf(key)
    const index = bucket.findIndex((entry) => entry.key === key)
    if (index < 0) return false
    const last = bucket.pop() as Entry<K, V>
    if (index < bucket.length) bucket[index] = last
    this.count -= 1
    return true
  }

  private grow(): void {
    const entries = this.buckets.flat()
    this.buckets = emptyBuckets(this.buckets.length * 2)
    for (const entry of entries) this.bucketOf(entry.key).push(entry)
  }

  /** What is there now: deleting while going through them is safe. */
  entries(): [K, V][] {
    return this.buckets.flatMap((bucket) => bucket.map(({ key, value }): [K, V] => [key, value]))
  }

  keys(): K[] {
    return this.entries().map(([key]) => key)
  }

  values(): V[] {
    return this.entries().map(([, value]) => value)
  }
}
