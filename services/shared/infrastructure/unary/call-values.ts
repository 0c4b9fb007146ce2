import type { ContextKey, ContextValues } from '@connectrpc/connect'

/** Context values of one call. There are a handful of them, and a handful is found sooner than a key of an object. */
export class CallValues implements ContextValues {
  private readonly ids: symbol[]
  private readonly values: unknown[]

  private constructor(ids: symbol[], values: unknown[]) {
    this.ids = ids
    this.values = values
  }

  static none(): CallValues {
    return new CallValues([], [])
  }

  /** What is set from now on in the one is not seen in the other. */
  copy(): CallValues {
    return new CallValues(this.ids.slice(), this.values.slice())
  }

  get<T>({ id, defaultValue }: ContextKey<T>): T {
    const at = this.ids.indexOf(id)
    return at < 0 ? defaultValue : (this.values[at] as T)
  }

  set<T>({ id }: ContextKey<T>, value: T): this {
    const at = this.ids.indexOf(id)
    if (at >= 0) this.values[at] = value
    else {
      this.ids.push(id)
      this.values.push(value)
    }
    return this
  }

  delete({ id }: ContextKey<unknown>): this {
    const at = this.ids.indexOf(id)
    if (at >= 0) {
      this.ids.splice(at, 1)
      this.values.splice(at, 1)
    }
    return this
  }
}
