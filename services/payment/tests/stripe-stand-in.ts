import { type Received, type Reply as Sent, startStandIn } from '#shared/tests/stand-in.ts'
import { sign } from '../infrastructure/providers/signature.ts'
import { openAccount, type Reply, refuse } from './stripe-account.ts'

/** How the next request of a path goes wrong: before it is done (`500`), or after it (`lost`), or never ends (`hangs`). */
type Mishap = '500' | 'lost' | 'hangs' | 'late 500'

/** Serves an account at Stripe over HTTP: under idempotency keys, and with mishaps. */
export const openStripe = async (secret: string, now: () => Date) => {
  const { answer, ...account } = openAccount(now)
  const stored = new Map<string, Reply>()
  const mishaps: { path: RegExp; how: Mishap }[] = []
  const requests: { path: string; key: string | undefined }[] = []

  const once = (key: string | undefined, run: () => Reply): Reply => {
    const before = key === undefined ? undefined : stored.get(key)
    // As it was then: what is answered again does not tell what came since.
    const reply = before ?? (JSON.parse(JSON.stringify(run())) as Reply)
    if (key !== undefined) stored.set(key, reply)
    return reply
  }

  const handle = ({ method, path, query, headers, body }: Received): Sent => {
    const form = method === 'GET' ? query : new URLSearchParams(body.toString())
    const key = headers['idempotency-key']
    requests.push({ path, key })
    const at = mishaps.findIndex((mishap) => mishap.path.test(`${method} ${path}`))
    const how = at < 0 ? undefined : mishaps.splice(at, 1)[0]?.how
    const fail = refuse(500, 'api_error', 'api_error')
    if (how === '500') return fail
    const reply = once(method === 'GET' ? undefined : key, () => answer(method, path, form))
    if (how === 'hangs') return 'hang'
    if (how === 'lost') return 'cut'
    return how === 'late 500' ? fail : reply
  }
  const { url, stop } = await startStandIn(handle)
  return {
    ...account,
    url,
    stop,
    requests,
    /** Lets the next request like this go wrong. */
    spoil: (path: RegExp, how: Mishap) => void mishaps.push({ path, how }),
    signed: (body: Buffer) => ({ 'stripe-signature': sign(secret, body, now()) }),
  }
}
