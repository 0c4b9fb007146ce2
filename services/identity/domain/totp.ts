import { base32 } from './base32.ts'

/** HMAC with SHA-1 (RFC 2104): what every authenticator app uses. */
export type HmacSha1 = (key: Uint8Array, message: Uint8Array) => Uint8Array

const stepSeconds = 30
const digits = 6

/** The step of 30 seconds that a time falls into. */
export const stepAt = (time: Date): number => Math.floor(time.getTime() / 1000 / stepSeconds)

/** The code of a step: six digits (RFC 4226, section 5.3; RFC 6238). */
export const codeAt = (hmac: HmacSha1, secret: Uint8Array, step: number): string => {
  const counter = new Uint8Array(8)
  new DataView(counter.buffer).setBigUint64(0, BigInt(step))
  const mac = hmac(secret, counter)
  const view = new DataView(mac.buffer, mac.byteOffset, mac.byteLength)
  const offset = view.getUint8(view.byteLength - 1) & 0x0f
  const number = view.getUint32(offset) & 0x7fff_ffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

/** The step whose code this is, of the present one and its neighbours: clocks may be half a minute apart. */
export const stepOf = (hmac: HmacSha1, secret: Uint8Array, code: string, now: Date): number | undefined => {
  const present = stepAt(now)
  // The latest, should two have the same code: it is not to be used again a moment later.
  return [present + 1, present, present - 1].find((step) => codeAt(hmac, secret, step) === code)
}

/** What an authenticator app reads, mostly from a QR code. */
export const otpauthUri = (secret: Uint8Array, account: string): string =>
  `otpauth://totp/Troupe:${encodeURIComponent(account)}?secret=${base32(secret)}&issuer=Troupe&algorithm=SHA1&digits=${digits}&period=${stepSeconds}`
