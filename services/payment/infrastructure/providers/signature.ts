import { createHmac, timingSafeEqual } from 'node:crypto'
import { denied, invalid } from '#shared/domain/errors.ts'

/** How old or how far ahead a report may say that it is. */
export const toleranceMs = 300_000

const macOf = (secret: string, time: string, body: Uint8Array): Buffer =>
  createHmac('sha256', secret).update(`${time}.`).update(body).digest()

/** What signs a body: its time, and the MAC of both, e.g. `t=1700000000,v1=…`. */
export const sign = (secret: string, body: Uint8Array, now: Date): string => {
  const time = String(Math.floor(now.getTime() / 1000))
  return `t=${time},v1=${macOf(secret, time, body).toString('hex')}`
}

export const notSigned = () => denied('WEBHOOK_NOT_SIGNED', 'the signature is missing, wrong or too old')
export const unreadable = () => invalid('body', 'WEBHOOK_UNREADABLE', 'this is no report')

/** Throws WEBHOOK_NOT_SIGNED unless the raw body was signed with the secret within the tolerance. */
export const mustBeSigned = (secret: string, header: string | undefined, body: Uint8Array, now: Date): void => {
  const parts = (header ?? '').split(',').map((part) => part.split('=', 2))
  const time = parts.find(([name]) => name === 't')?.[1] ?? ''
  const isRecent = /^\d{1,12}$/.test(time) && Math.abs(now.getTime() - Number(time) * 1000) <= toleranceMs
  const expected = macOf(secret, time, body)
  const isRight = parts.some(([name, value = '']) => {
    const given = Buffer.from(value, 'hex')
    return name === 'v1' && given.length === expected.length && timingSafeEqual(given, expected)
  })
  if (!isRecent || !isRight) throw notSigned()
}
