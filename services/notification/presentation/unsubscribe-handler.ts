import { DomainError } from '#shared/domain/errors.ts'
import type { HttpHandler, NodeServerRequest, NodeServerResponse } from '#shared/presentation/http-handler.ts'

const policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"

const page = (text: string, button = ''): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Troupe</title>
<style>body { font: 1.1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 4rem auto; padding: 0 1rem }</style></head>
<body><p>${text}</p>${button}</body></html>
`

const answer = (response: NodeServerResponse, status: number, html: string): void => {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'cache-control': 'no-store',
  })
  response.end(html)
}

const tokenOf = (request: NodeServerRequest): string =>
  new URL(request.url ?? '/', 'http://unsubscribe').searchParams.get('token') ?? ''

/**
 * The address in a mail's List-Unsubscribe: a POST ends mails of its kind (RFC 8058), whatever is in its body; a GET asks
 * first, for mail programs open links to look at them.
 */
export const unsubscribeHandler =
  (unsubscribe: (token: string) => Promise<string>): HttpHandler =>
  async (request, response) => {
    request.resume()
    if (request.method === 'GET' || request.method === 'HEAD') {
      const button = '<form method="post"><button>No more mails of this kind</button></form>'
      return answer(response, 200, page('Do you want no more mails of this kind?', button))
    }
    if (request.method !== 'POST') {
      response.writeHead(405, { allow: 'GET, HEAD, POST' })
      response.end()
      return
    }
    try {
      await unsubscribe(tokenOf(request))
      answer(response, 200, page('You will get no more mails of this kind.'))
    } catch (error) {
      if (!(error instanceof DomainError) || error.kind !== 'invalid') throw error
      answer(response, 400, page('This is not the link of a mail that was sent.'))
    }
  }
