import { timingSafeEqual } from 'node:crypto'
import type { EnvReader } from '#shared/infrastructure/config.ts'
import { uuidBytes, uuidLength, uuidText } from '#shared/infrastructure/uuid.ts'
import type { Addressee, LinkPurpose, LinkTokens, MailedLink } from '../domain/mailed-link.ts'
import type { KeyedHash } from './keyed-hash.ts'

const proofBytes = 32

/**
 * Tokens of mailed links: the link's id and a proof of 256 bits, which takes the master key to make. It covers purpose,
 * account and address, so that no link serves for another thing or goes on after the address has changed.
 */
export const createLinkTokens = (hash: KeyedHash): LinkTokens => {
  const proofOf = ({ id, purpose }: MailedLink, to: Addressee): Buffer =>
    hash('mailed-link', JSON.stringify([id, purpose, to.id, to.emailKey]))
  return {
    of: (link, to) => Buffer.concat([uuidBytes(link.id), proofOf(link, to)]).toString('base64url'),
    read: (token) => {
      const bytes = Buffer.from(token, 'base64url')
      if (bytes.length !== uuidLength + proofBytes || bytes.toString('base64url') !== token) return undefined
      return { linkId: uuidText(bytes.subarray(0, uuidLength)), proof: bytes.subarray(uuidLength) }
    },
    isGenuine: ({ proof }, link, to) => timingSafeEqual(proof, proofOf(link, to)),
  }
}

/** Reads where links lead: to `/verify-email` and `/reset-password` of the web app at TROUPE_LINK_BASE_URL. */
export const readLinkUrl = (env: EnvReader): ((purpose: LinkPurpose, token: string) => string) => {
  const base = env.url('TROUPE_LINK_BASE_URL', ['https', 'http'], 'http://127.0.0.1:8080').replace(/\/+$/, '')
  return (purpose, token) => `${base}/${purpose}?token=${token}`
}
