import type { HttpHandler, NodeServerResponse } from '#shared/presentation/http-handler.ts'
import { escapeHtml } from '../application/html.ts'

/** A message of the local mailbox. */
export interface MailboxMessage {
  position: number
  channel: string
  address: string
  subject: string
  html: string
  text: string
  language: string
  headers: Readonly<Record<string, string>>
  at: Date
}

/** What the local mailbox is read from. */
export interface MailboxReader {
  list(address: string, before: number | undefined, limit: number): Promise<MailboxMessage[]>
  find(position: number): Promise<MailboxMessage | undefined>
}

const perPage = 50

const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'"
// A mail is somebody else's page: no script, no form, nothing fetched, and an origin of its own.
const mailPolicy =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"

const send = (response: NodeServerResponse, status: number, html: string, policy = pagePolicy): void => {
  if (policy === mailPolicy) response.setHeader('x-frame-options', 'SAMEORIGIN')
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'cache-control': 'no-store',
  })
  response.end(html)
}

const style = `body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #26221f }
table { border-collapse: collapse; width: 100% } td, th { text-align: start; padding: .4rem .6rem; border-bottom: 1px solid #ddd; vertical-align: top }
iframe { width: 100%; height: 34rem; border: 1px solid #ccc } pre { white-space: pre-wrap; background: #f7f4ef; padding: 1rem }
small { color: #6b6259 } a { color: #8a2432 }`

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title><style>${style}</style></head><body>
${body}
</body></html>
`

const row = ({ position, channel, address, subject, text, language, at }: MailboxMessage): string =>
  `<tr><td><small>${at.toISOString().slice(0, 19).replace('T', ' ')}</small></td><td>${escapeHtml(channel)}</td>
<td>${escapeHtml(address)}</td><td lang="${escapeHtml(language)}" dir="auto"><a href="?message=${position}">${escapeHtml(subject || text.slice(0, 80))}</a></td></tr>`

const listPage = (messages: readonly MailboxMessage[], address: string): string => {
  const last = messages.at(-1)
  const query = new URLSearchParams({ to: address, before: String(last?.position ?? '') })
  const more = messages.length === perPage ? `<p><a href="?${escapeHtml(query.toString())}">Older</a></p>` : ''
  return page(
    'Local mailbox',
    `<h1>Local mailbox</h1><form><label>To <input name="to" value="${escapeHtml(address)}"></label> <button>Show</button></form>
<table><thead><tr><th>When</th><th>By</th><th>To</th><th>What</th></tr></thead><tbody>
${messages.map(row).join('\n')}</tbody></table>${messages.length === 0 ? '<p>Nothing here.</p>' : ''}${more}`,
  )
}

const messagePage = (message: MailboxMessage): string => {
  const { position, address, subject, html, text, headers, language, at } = message
  const lines = Object.entries({ To: address, Date: at.toISOString(), Language: language, ...headers })
  const head = lines.map(([name, value]) => `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(value)}</td></tr>`)
  const frame =
    html &&
    `<h2>HTML</h2><iframe sandbox="allow-popups allow-popups-to-escape-sandbox" src="?message=${position}&amp;part=html"></iframe>`
  return page(
    subject,
    `<p><a href="?">All messages</a></p><h1 dir="auto">${escapeHtml(subject || 'Message')}</h1><table>${head.join('')}</table>
${frame}<h2>Text</h2><pre dir="auto" lang="${escapeHtml(language)}">${escapeHtml(text)}</pre>`,
  )
}

const wholeNumber = (text: string | null): number | undefined =>
  text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined

/** Shows the local mailbox: a list, `?to=` and `?before=`; a message, `?message=`; its HTML by itself, `&part=html`. */
export const mailboxHandler =
  (mailbox: MailboxReader): HttpHandler =>
  async (request, response) => {
    request.resume()
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' })
      response.end()
      return
    }
    const query = new URL(request.url ?? '/', 'http://mailbox').searchParams
    if (!query.has('message')) {
      const address = (query.get('to') ?? '').trim()
      const messages = await mailbox.list(address, wholeNumber(query.get('before')), perPage)
      return send(response, 200, listPage(messages, address))
    }
    const position = wholeNumber(query.get('message'))
    const message = position === undefined ? undefined : await mailbox.find(position)
    if (!message) return send(response, 404, page('Not found', '<p>There is no such message.</p>'))
    if (query.get('part') === 'html') return send(response, 200, message.html, mailPolicy)
    return send(response, 200, messagePage(message))
  }
