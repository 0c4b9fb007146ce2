import type { IncomingHttpHeaders } from 'node:http'
import type { Clock } from '#shared/domain/clock.ts'
import { DomainError } from '#shared/domain/errors.ts'
import type { HttpHandler, NodeServerRequest } from '#shared/presentation/http-handler.ts'
import type { PaymentProvider, Report } from '../application/provider.ts'

const mostBytes = 1024 * 1024

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
    const body = await readBody(request)
    if (!body) return 413
    try {
      const report = provider.report(body, headersOf(request.headers), clock.now())
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
