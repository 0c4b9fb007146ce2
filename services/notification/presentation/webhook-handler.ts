import type { IncomingHttpHeaders } from 'node:http'
import type { Clock } from '#shared/domain/clock.ts'
import { DomainError } from '#shared/domain/errors.ts'
import { type HttpHandler, type NodeServerRequest, pathOf } from '#shared/presentation/http-handler.ts'
import type { DeliveryReport } from '../domain/ports.ts'

interface WebhookRequest {
  query: string
  headers: Readonly<Record<string, string | undefined>>
  body: Uint8Array
}

/** How a provider's reports are checked and read. */
interface Webhook {
  readonly name: string
  verify(request: WebhookRequest, now: Date): boolean | Promise<boolean>
  parse(request: WebhookRequest, now: Date): DeliveryReport[]
}

const mostBytes = 1024 * 1024
const earlyMs = 10 * 60_000

const headersOf = (headers: IncomingHttpHeaders): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]))

/** Undefined for a body that is longer than any provider's. */
const readBody = async (request: NodeServerRequest): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length <= mostBytes) chunks.push(chunk)
  }
  return length > mostBytes ? undefined : Buffer.concat(chunks)
}

/**
 * Where one provider reports what became of messages. 403 for what it did not sign, 400 for what cannot be read; 503, so
 * that it reports again, for news of the last ten minutes about a message that is not known yet: it may have been faster
 * than the note that it took the message.
 */
export const webhookHandler = (
  webhook: Webhook,
  note: (provider: string, report: DeliveryReport) => Promise<boolean>,
  clock: Clock,
): HttpHandler => {
  const noteAll = async (reports: readonly DeliveryReport[], now: Date): Promise<number> => {
    let isEarly = false
    for (const report of reports) {
      const isKnown = await note(webhook.name, report)
      if (!isKnown && now.getTime() - report.at.getTime() < earlyMs) isEarly = true
    }
    return isEarly ? 503 : 204
  }
  const statusOf = async (request: NodeServerRequest): Promise<number> => {
    const body = await readBody(request)
    if (!body) return 413
    const query = (request.url ?? '').slice(pathOf(request).length + 1)
    const [received, now] = [{ query, headers: headersOf(request.headers), body }, clock.now()]
    if (!(await webhook.verify(received, now))) return 403
    try {
      return await noteAll(webhook.parse(received, now), now)
    } catch (error) {
      if (error instanceof DomainError && error.kind === 'invalid') return 400
      throw error
    }
  }
  return async (request, response) => {
    response.writeHead(await statusOf(request))
    response.end()
  }
}
