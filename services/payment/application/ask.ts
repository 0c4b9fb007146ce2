import type { Ports } from './ports.ts'
import type { Answer, Charge } from './provider.ts'

/** How long after it was written down who charged it is taken to have crashed. */
export const firstCheckMs = 10_000

/** When a provider that has not decided is asked again: later and later, every ten minutes in the end. */
export const nextCheckMs = (checks: number): number => Math.min(2_000 * 2 ** Math.min(checks, 10), 600_000)

type AskPorts = Pick<Ports, 'waitMs' | 'troubled'>

/** Asks a provider, and waits for it a bounded time: whatever goes wrong, nobody knows. */
export const ask = async <T>(
  { waitMs, troubled }: AskPorts,
  what: { purpose: string; id: string },
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T | { status: 'UNKNOWN' }> => {
  const giveUp = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<{ status: 'UNKNOWN' }>((resolve) => {
    timer = setTimeout(() => {
      giveUp.abort()
      resolve({ status: 'UNKNOWN' })
    }, waitMs)
  })
  const asked = run(giveUp.signal).catch((error: unknown): { status: 'UNKNOWN' } => {
    if (!giveUp.signal.aborted) troubled(what.purpose, what.id, error)
    return { status: 'UNKNOWN' }
  })
  try {
    return await Promise.race([asked, late])
  } finally {
    clearTimeout(timer)
  }
}

/** What a provider says of a charge that it may have heard of: it is asked first, and charges what it never heard of. */
export const askAgain = async (ports: AskPorts & Pick<Ports, 'provider'>, charge: Charge): Promise<Answer> => {
  const about = { purpose: 'find', id: charge.key }
  const found = await ask(ports, about, (signal) => ports.provider.find(charge, signal))
  if (found !== 'ABSENT') return found
  if (charge.token === '') return { status: 'FAILED', reason: 'NO_PAYMENT_METHOD' }
  return ask(ports, { purpose: 'charge', id: charge.key }, (signal) => ports.provider.charge(charge, signal))
}
