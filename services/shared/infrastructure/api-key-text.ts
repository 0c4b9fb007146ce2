import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** What every API key begins with: what scanners for leaked secrets look for, and what tells it from a token. */
export const apiKeyPrefix = 'trp_'

/** Of 256 bits in base 62. */
const secretLength = 43
/** Of 32 bits in base 62. */
const checksumLength = 6
const shownLength = 12

// Letters and digits only: a double click selects the whole of it.
const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const form = new RegExp(`^${apiKeyPrefix}[0-9A-Za-z]{${secretLength + checksumLength}}$`)

const inBase62 = (value: bigint, length: number): string => {
  let text = ''
  for (let rest = value; text.length < length; rest /= 62n) text = `${digits[Number(rest % 62n)]}${text}`
  return text
}

const checksumOf = (text: string): string => inBase62(BigInt(crc32(text)), checksumLength)

/** What is kept of an API key, and what it is found by. */
export interface ApiKeyDigest {
  /** Its first 12 characters, which are no secret. */
  prefix: string
  /**
   * Its SHA-256. A slow, salted hash is for what people think up: 256 random bits are guessed from neither kind, and
   * this one is made again with each call.
   */
  hash: Uint8Array
}

/** The API key of 32 random bytes. */
export const apiKeyText = (secret: Uint8Array): string => {
  const text = apiKeyPrefix + inBase62(BigInt(`0x${Buffer.from(secret).toString('hex')}`), secretLength)
  return text + checksumOf(text)
}

/** The digest of an API key; undefined where its checksum shows that it was never one. */
export const readApiKey = (text: string): ApiKeyDigest | undefined => {
  if (!form.test(text) || checksumOf(text.slice(0, -checksumLength)) !== text.slice(-checksumLength)) return undefined
  return { prefix: text.slice(0, shownLength), hash: hash('sha256', text, 'buffer') }
}
