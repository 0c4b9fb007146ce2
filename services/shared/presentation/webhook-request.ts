import type { NodeServerRequest } from './http-handler.ts'

/** What a provider sent to a webhook, as it was signed. */
export interface WebhookRequest {
  headers: Readonly<Record<string, string | undefined>>
  body: Buffer
}

const mostBytes = 1024 * 1024

/** Reads what a provider sent; undefined for a body that is longer than any provider's. */
export const readWebhook = async (request: NodeServerRequest): Promise<WebhookRequest | undefined> => {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length <= mostBytes) chunks.push(chunk)
  }
  if (length > mostBytes) return undefined
  const headers = Object.entries(request.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value[0] : value,
  ])
  return { headers: Object.fromEntries(headers), body: Buffer.concat(chunks) }
}
