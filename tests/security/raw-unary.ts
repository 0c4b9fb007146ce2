import type { Outcome } from './call.ts'
import type { Rpc } from './rpcs.ts'

interface ConnectErrorBody {
  code?: string
  message?: string
  details?: { debug?: { reason?: string } }[]
}

/** Calls a unary rpc over Connect with a body of one's own making. */
export const rawUnary = async (url: string, rpc: Rpc, body: Uint8Array | string, token?: string): Promise<Outcome> => {
  const response = await fetch(`${url}/${rpc.name}`, {
    method: 'POST',
    headers: {
      'content-type': typeof body === 'string' ? 'application/json' : 'application/proto',
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: typeof body === 'string' ? body : Buffer.from(body),
    signal: AbortSignal.timeout(20_000),
  })
  const answer = Buffer.from(await response.arrayBuffer()).toString('utf8')
  if (response.ok) return { code: 'ok', reason: '', message: '', answer }
  const { code = 'unknown', message = '', details } = JSON.parse(answer) as ConnectErrorBody
  return { code, reason: details?.[0]?.debug?.reason ?? '', message, answer: '' }
}
