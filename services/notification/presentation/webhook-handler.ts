import type { Clock } from '#shared/domain/clock.ts'
import { DomainError } from '#shared/domain/errors.ts'
import { type HttpHandler, type NodeServerRequest, pathOf } from '#shared/presentation/http-handler.ts'
import { type WebhookRequest as Received, readWebhook } from '#shared/presentation/webhook-request.ts'
import type { DeliveryReport } from '../domain/ports.ts'

interface WebhookRequest extends Received {
  query: string
}

/** How a provider's reports are checked and read. */
interface Webhook {
  readonly name: string
  verify(request: WebhookRequest, now: Date): boolean | Promise<boolean>
  parse(request: WebhookRequest, now: Date): DeliveryReport[]
}

const earlyMs = 10 * 60_000

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
    const sent = await readWebhook(request)
    if (!sent) return 413
    const query = (request.url ?? '').slice(pathOf(request).length + 1)
    const [received, now] = [{ ...sent, query }, clock.now()]
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
