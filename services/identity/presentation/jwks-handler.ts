import type { HttpHandler } from '#shared/presentation/http-handler.ts'

/** Answers `GET /.well-known/jwks.json`; caches may keep it for five minutes. */
export const jwksHandler =
  (jwks: () => Promise<string>): HttpHandler =>
  async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' })
      response.end()
      return
    }
    const body = await jwks()
    response.writeHead(200, {
      'content-type': 'application/jwk-set+json',
      'content-length': String(Buffer.byteLength(body)),
      'cache-control': 'public, max-age=300',
    })
    if (request.method === 'GET') response.write(body)
    response.end()
  }
