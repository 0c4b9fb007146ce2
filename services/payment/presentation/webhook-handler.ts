import type { Clock } from '#shared/domain/clock.ts'
import { DomainError } from '#shared/domain/errors.ts'
import type { HttpHandler, NodeServerRequest } from '#shared/presentation/http-handler.ts'
import { readWebhook } from '#shared/presentation/webhook-request.ts'
import type { PaymentProvider, Report } from '../application/provider.ts'

const refusals: Partial<Record<DomainError['kind'], number>> = { denied: 403, invalid: 400 }

/**
 * Where a provider reports what became of charges, refunds and payouts. 403 for what it did not sign within five
 * minutes, 400 for what cannot be read. What is answered with anything else than 204 it reports again.
 */
export const webhookHandler = (
  provider: Pick<PaymentProvider, 'report'>,
  note: (report: Report) => Promise<void>,
  clock: Clock,
): HttpHandler => {
  const statusOf = async (request: NodeServerRequest): Promise<number> => {
    if (request.method !== 'POST') return 405
    const received = await readWebhook(request)
    if (!received) return 413
    try {
      const report = provider.report(received.body, received.headers, clock.now())
      if (report) await note(report)
      return 204
    } catch (error) {
      const refusal = error instanceof DomainError && refusals[error.kind]
      if (refusal) return refusal
      throw error
    }
  }
  return async (request, response) => {
    response.writeHead(await statusOf(request))
    response.end()
  }
}
