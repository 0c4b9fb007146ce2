import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'

/** Makes records without a prototype, as a field may be called `constructor`; `Object.create(null)` costs far more. */
export const Fields = function Fields() {} as unknown as new () => { [name: string]: string | string[] }
Fields.prototype = Object.create(null)

const isName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const isValue = /^[^\0\r\n\u0100-\uffff]*$/

const joined = (value: string | string[]): string => (typeof value === 'string' ? value : value.join(', '))

/** What `new Headers` takes. */
export type HeadersLike = ConstructorParameters<typeof Headers>[0]

/**
 * Header fields as the web's `Headers` give them, over a plain record, which costs far less to make. Names are kept in
 * lower case and in the order they came in; several values of one name read as one, but `set-cookie`.
 */
export class HeaderFields implements Headers {
  private readonly fields: InstanceType<typeof Fields>

  constructor(fields?: Readonly<Record<string, string>>) {
    this.fields = new Fields()
    for (const name in fields) this.fields[name] = fields[name] as string
  }

  /** The fields of a request, without the pseudo-headers of HTTP/2. */
  static received(headers: IncomingHttpHeaders): HeaderFields {
    const received = new HeaderFields()
    for (const name in headers) {
      const value = headers[name]
      if (value !== undefined && name.charCodeAt(0) !== 0x3a)
        received.fields[name] = typeof value === 'string' ? trimmed(value) : value.map(trimmed)
    }
    return received
  }

  /** A copy of what `new Headers` takes. */
  static of(init: HeadersLike): HeaderFields {
    const copy = new HeaderFields()
    if (init instanceof HeaderFields) Object.assign(copy.fields, init.fields)
    else if (init && Symbol.iterator in init)
      for (const [name, value] of init) copy.append(name as string, value as string)
    else for (const name in init) copy.append(name, init[name] as string)
    return copy
  }

  /** As `of`, for who only reads them: fields that are there already are not copied. */
  static view(init: HeadersLike): HeaderFields {
    return init instanceof HeaderFields ? init : HeaderFields.of(init)
  }

  get isEmpty(): boolean {
    for (const _ in this.fields) return false
    return true
  }

  get(name: string): string | null {
    const value = this.fields[name] ?? this.fields[nameFor(name)]
    return value === undefined ? null : joined(value)
  }

  has(name: string): boolean {
    return this.fields[nameFor(name)] !== undefined
  }

  set(name: string, value: string): void {
    this.fields[nameFor(name)] = valueFor(value)
  }

  append(name: string, value: string): void {
    const key = nameFor(name)
    const text = valueFor(value)
    const before = this.fields[key]
    if (before === undefined) this.fields[key] = text
    else if (key === 'set-cookie') this.fields[key] = [before, text].flat()
    else this.fields[key] = `${joined(before)}${key === 'cookie' ? '; ' : ', '}${text}`
  }

  delete(name: string): void {
    delete this.fields[nameFor(name)]
  }

  getSetCookie(): string[] {
    return [this.fields['set-cookie'] ?? []].flat()
  }

  forEach(run: (value: string, name: string, all: Headers) => void): void {
    for (const [name, value] of this.entries()) run(value, name, this)
  }

  *entries(): Generator<[string, string], undefined, undefined> {
    for (const name of Object.keys(this.fields)) {
      const value = this.fields[name]
      if (name === 'set-cookie') for (const cookie of this.getSetCookie()) yield [name, cookie]
      else if (value !== undefined) yield [name, joined(value)]
    }
  }

  *keys(): Generator<string, undefined, undefined> {
    for (const [name] of this.entries()) yield name
  }

  *values(): Generator<string, undefined, undefined> {
    for (const [, value] of this.entries()) yield value
  }

  [Symbol.iterator](): Generator<[string, string], undefined, undefined> {
    return this.entries()
  }

  /** As node's servers take them; not to be changed. */
  get record(): OutgoingHttpHeaders {
    return this.fields
  }
}

/** A field's name as `Headers` keeps it; throws the TypeError that it throws. */
const nameFor = (name: string): string => {
  if (!isName.test(name)) throw new TypeError(`${name} is an invalid header name.`)
  return name.toLowerCase()
}

/** The same for a value. */
const valueFor = (value: string): string => {
  const text = trimmed(String(value))
  if (!isValue.test(text)) throw new TypeError(`${text} is an invalid header value.`)
  return text
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d

const trimmed = (text: string): string => {
  let start = 0
  let end = text.length
  while (start < end && isSpace(text.charCodeAt(start))) start += 1
  while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1
  return end - start === text.length ? text : text.slice(start, end)
}
