import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { assertBlobKey, isBlobKey } from './blob-key.ts'

const root = '/media/'
const second = 1000

export const isMediaPath = (path: string): boolean => path.startsWith(root)
const longestFilename = 150

/** Expiries are at whole steps, so that who asks again soon gets the same URL and has its content cached. */
const step = 5 * 60 * second

export interface MediaUrlOptions {
  now: Date
  lifetimeMs: number
  /** To be saved under this name instead of being shown. */
  filename?: string
}

/** What a signed URL stands for. */
export interface SignedMedia {
  key: string
  filename: string | undefined
}

export type MediaRefusal = 'malformed' | 'forged' | 'expired'

/** Makes and reads the URLs by which the gateway hands out blobs to whoever has one. */
export interface MediaUrls {
  /** `/media/<key>?expires=…&signature=…`, good for at least the lifetime and less than five minutes more. */
  sign(key: string, options: MediaUrlOptions): string
  /** What the path and query of a request ask for, or why they are refused. */
  read(url: string, now: Date): SignedMedia | MediaRefusal
}

export const createMediaUrls = (masterKey: Uint8Array): MediaUrls => {
  const secret = Buffer.from(hkdfSync('sha256', masterKey, 'troupe mesh', 'media-urls', 32))
  const mark = (key: string, expires: string, filename = ''): Buffer =>
    createHmac('sha256', secret).update(`${key}\n${expires}\n${filename}`).digest()
  return {
    sign: (key, { now, lifetimeMs, filename }) => {
      assertBlobKey(key)
      const expires = String((Math.ceil((now.getTime() + lifetimeMs) / step) * step) / second)
      const name = filename?.slice(0, longestFilename)
      const signature = mark(key, expires, name).toString('base64url')
      const query = new URLSearchParams({ expires, ...(name && { filename: name }), signature })
      return `${root}${key}?${query}`
    },
    read: (url, now) => {
      const [path = '', search = ''] = url.split('?', 2)
      const key = path.slice(root.length)
      const query = new URLSearchParams(search)
      const [expires = '', given = ''] = [query.get('expires') ?? '', query.get('signature') ?? '']
      const filename = query.get('filename') ?? undefined
      if (!path.startsWith(root) || !isBlobKey(key) || !/^\d{1,12}$/.test(expires)) return 'malformed'
      const signature = Buffer.from(given, 'base64url')
      const expected = mark(key, expires, filename)
      // Node reads other spellings of the same bytes: the other alphabet of base64, and any padding.
      if (signature.toString('base64url') !== given) return 'forged'
      if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) return 'forged'
      return now.getTime() < Number(expires) * second ? { key, filename } : 'expired'
    },
  }
}
