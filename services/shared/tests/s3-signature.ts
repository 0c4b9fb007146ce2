import { createHash, createHmac } from 'node:crypto'
import type { Received } from './stand-in.ts'

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

/** Whether a request is signed with the secret, as AWS has it (Signature Version 4, payload unsigned). */
export const isSignedWith = (request: Received, secret: string): boolean => {
  const authorization = request.headers.authorization ?? ''
  const [, scope = '', signed = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      authorization,
    ) ?? []
  const query = [...request.query].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort()
  const headers = signed.split(';').map((name) => `${name}:${String(request.headers[name] ?? '').trim()}\n`)
  const canonical = [request.method, request.path, query.join('&'), headers.join(''), signed, 'UNSIGNED-PAYLOAD'].join(
    '\n',
  )
  const text = [
    'AWS4-HMAC-SHA256',
    request.headers['x-amz-date'],
    scope,
    createHash('sha256').update(canonical).digest('hex'),
  ].join('\n')
  const [day = '', region = '', service = '', kind = ''] = scope.split('/')
  const key = [region, service, kind].reduce<Buffer>((made, part) => hmac(made, part), hmac(`AWS4${secret}`, day))
  return hmac(key, text).toString('hex') === signature
}
