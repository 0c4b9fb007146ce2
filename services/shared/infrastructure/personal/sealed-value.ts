import { seal, unseal } from '../sealing.ts'

const mark = 'sealed:1:'
const markBytes = Buffer.from(mark)

/** A value encrypted in the form that its field takes: text stays text. */
export const sealedValue = (key: Uint8Array, about: string, value: string | Uint8Array): string | Uint8Array => {
  if (typeof value === 'string') return `${mark}${seal(key, about, Buffer.from(value)).toString('base64url')}`
  return new Uint8Array(Buffer.concat([markBytes, seal(key, about, value)]))
}

/** Whether a value is encrypted; events from before it was have theirs in plain text. */
export const isSealed = (value: string | Uint8Array): boolean =>
  typeof value === 'string' ? value.startsWith(mark) : markBytes.equals(value.subarray(0, markBytes.length))

/** The reverse of `sealedValue`. Throws when it was sealed by another key or for another field or person. */
export const openedValue = (key: Uint8Array, about: string, value: string | Uint8Array): string | Uint8Array =>
  typeof value === 'string'
    ? unseal(key, about, Buffer.from(value.slice(mark.length), 'base64url')).toString()
    : new Uint8Array(unseal(key, about, value.subarray(markBytes.length)))

/** What is left of a value whose key is gone. */
export const erasedValue = (value: string | Uint8Array): string | Uint8Array =>
  typeof value === 'string' ? '' : new Uint8Array()
