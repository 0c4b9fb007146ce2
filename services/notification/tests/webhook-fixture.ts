import fc from 'fast-check'
import { expect } from 'vitest'
import type { Webhook, WebhookRequest } from '../infrastructure/providers/webhook.ts'

export const now = new Date('2026-11-26T09:00:00Z')
export const seconds = String(now.getTime() / 1000)
export const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000)

export const request = (parts: Partial<Omit<WebhookRequest, 'body'>> & { body?: string }): WebhookRequest => ({
  query: '',
  headers: {},
  ...parts,
  body: Buffer.from(parts.body ?? ''),
})

export const malformed = expect.objectContaining({ kind: 'invalid', reason: 'WEBHOOK_MALFORMED' })

const flip = (text: string | Uint8Array, place: number, bit: number): Buffer => {
  const bytes = Buffer.from(text)
  const at = place % bytes.length
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
  return bytes
}

/**
 * Of a signed request, no bit may be another: neither of the body, nor of the query, nor of the headers named. `harmless`
 * bodies say the same as before, or differ in what is not signed.
 */
export const refusesEveryFlip = (
  webhook: Webhook,
  signed: WebhookRequest,
  headers: string[],
  harmless: (body: Uint8Array) => boolean = () => false,
) =>
  fc.assert(
    fc.asyncProperty(fc.nat(), fc.integer({ min: 0, max: 7 }), fc.nat(), async (place, bit, which) => {
      expect(await webhook.verify(signed, now)).toBe(true)
      const parts = [...headers, ...(signed.query ? ['query'] : []), ...(signed.body.length > 0 ? ['body'] : [])]
      const part = parts[which % parts.length] as string
      const changed = { ...signed, headers: { ...signed.headers } }
      if (part === 'body') changed.body = flip(signed.body, place, bit)
      else if (part === 'query') changed.query = flip(signed.query, place, bit).toString('latin1')
      else changed.headers[part] = flip(signed.headers[part] ?? '', place, bit).toString('latin1')
      if (part === 'body' && harmless(changed.body)) return
      expect(await webhook.verify(changed, now), `${part} ${place} ${bit}`).toBe(false)
    }),
    { numRuns: 400 },
  )

/** Good for five minutes, before and after. */
export const isWithinMinutes = async (webhook: Webhook, signed: WebhookRequest) => {
  const at = [-6, -4, 0, 4, 6].map((minutes) => webhook.verify(signed, later(minutes)))
  expect(await Promise.all(at)).toEqual([false, true, true, true, false])
}
