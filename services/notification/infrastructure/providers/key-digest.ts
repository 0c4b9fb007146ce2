import { createHash } from 'node:crypto'

/** 32 letters, digits, `-` and `_` that stand for a delivery's key where a vendor bounds length and alphabet. */
export const keyDigest = (key: string): string => createHash('sha256').update(key).digest('base64url').slice(0, 32)

/** The Message-ID of a mail: always the same for one key, so that a mailbox that saw it twice shows it once. */
export const messageIdOf = (key: string, from: string): string => `<${keyDigest(key)}@${from.split('@').at(-1)}>`
