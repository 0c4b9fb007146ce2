import { codeAt, stepAt } from '../domain/totp.ts'
import { hmacSha1 } from '../infrastructure/sealing.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Bytes of base32 text. */
const bytesOf = (text: string): Uint8Array => {
  const bits = [...text].map((sign) => alphabet.indexOf(sign).toString(2).padStart(5, '0')).join('')
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2))
}

/** The code that an app shows at a time, or so many steps of 30 seconds later. */
export const codeOf = (secret: string, time: Date, stepsLater = 0): string =>
  codeAt(hmacSha1, bytesOf(secret), stepAt(time) + stepsLater)
