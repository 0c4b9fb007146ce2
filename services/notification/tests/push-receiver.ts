import { createDecipheriv, createECDH, hkdfSync } from 'node:crypto'
import { importJWK, jwtVerify } from 'jose'

const hkdf = (secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, salt, info, length))

const bytes = (text: string): Buffer => Buffer.from(text, 'base64url')

/** A browser that may be pushed to: the keys it tells, and how it reads what it gets (RFC 8291, RFC 8188). */
export const createReceiver = (privateKey?: string, authSecret = Buffer.alloc(16, 7).toString('base64url')) => {
  const pair = createECDH('prime256v1')
  if (privateKey) pair.setPrivateKey(bytes(privateKey))
  else pair.generateKeys()
  const auth = bytes(authSecret)
  return {
    p256dh: pair.getPublicKey().toString('base64url'),
    auth: authSecret,
    decrypt: (body: Buffer): string => {
      const salt = body.subarray(0, 16)
      const senderLength = body[20] ?? 0
      const sender = body.subarray(21, 21 + senderLength)
      const info = Buffer.concat([Buffer.from('WebPush: info\0'), pair.getPublicKey(), sender])
      const secret = hkdf(pair.computeSecret(sender), auth, info, 32)
      const key = hkdf(secret, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16)
      const nonce = hkdf(secret, salt, Buffer.from('Content-Encoding: nonce\0'), 12)
      const decipher = createDecipheriv('aes-128-gcm', key, nonce)
      decipher.setAuthTag(body.subarray(-16))
      const padded = Buffer.concat([decipher.update(body.subarray(21 + senderLength, -16)), decipher.final()])
      const end = padded.lastIndexOf(2)
      if (padded.subarray(end + 1).some((byte) => byte !== 0)) throw new Error('no padding of a last record')
      return padded.subarray(0, end).toString()
    },
  }
}

/** The claims of a push service's caller, whose key a browser subscribed with (RFC 8292). Throws where it is another's. */
export const vapidClaims = async (authorization: string, publicKey: string, audience: string) => {
  const [, token = '', key = ''] = /^vapid t=([^,]+), k=(.+)$/.exec(authorization) ?? []
  if (key !== publicKey) throw new Error('another key')
  const point = bytes(publicKey)
  const [x, y] = [point.subarray(1, 33).toString('base64url'), point.subarray(33).toString('base64url')]
  const { payload } = await jwtVerify(token, await importJWK({ kty: 'EC', crv: 'P-256', x, y }, 'ES256'), {
    audience,
    algorithms: ['ES256'],
    requiredClaims: ['exp', 'sub'],
  })
  return payload
}
