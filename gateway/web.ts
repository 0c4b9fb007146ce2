import { readFileSync } from 'node:fs'
import { extname } from 'node:path'
import type { HttpHandler } from '#shared/presentation/http-handler.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
}

/** Its own scripts, styles and rpcs, the microphone, and nothing of anybody else's. */
const policy = [
  ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"],
  ...["media-src 'self' blob:", "form-action 'none'", "base-uri 'none'", "frame-ancestors 'none'"],
].join('; ')

const fileOf = (name: string): HttpHandler => {
  let content: Buffer | undefined
  return (request, response) => {
    content ??= readFileSync(new URL(`./web/${name}`, import.meta.url))
    response.writeHead(200, {
      'content-type': types[extname(name)] ?? 'application/octet-stream',
      'content-length': content.length,
      'content-security-policy': policy,
      'permissions-policy': 'microphone=(self), camera=(), geolocation=()',
      'cache-control': 'no-cache',
    })
    response.end(request.method === 'HEAD' ? undefined : content)
  }
}

/** The page that a mailed invitation opens, for who has no account: it takes part, records and sends by the rpcs. */
export const webPages: ReadonlyMap<string, HttpHandler> = new Map([
  ['/invitation', fileOf('invitation.html')],
  ['/invitation.css', fileOf('invitation.css')],
  ['/invitation.js', fileOf('invitation.js')],
  ['/rpc.js', fileOf('rpc.js')],
])
