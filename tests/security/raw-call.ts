import type { Outcome } from './call.ts'
import { envelope } from './fuzz/protocols.ts'
import type { Rpc } from './rpcs.ts'

interface ConnectError {
  code?: string
  message?: string
  details?: { debug?: { reason?: string } }[]
}

const headLength = 5
const endOfStream = 2

/** The messages of a stream as they stand, and the error that it ends with. */
const readStream = (body: Buffer): { answer: string; error?: ConnectError } => {
  const messages: string[] = []
  for (let at = 0; at < body.length; ) {
    const start = at + headLength
    const end = start + body.readUInt32BE(at + 1)
    const text = body.toString('utf8', start, end)
    if ((body.readUInt8(at) & endOfStream) === 0) messages.push(text)
    else return { answer: messages.join('\n'), ...(JSON.parse(text) as { error?: ConnectError }) }
    at = end
  }
  throw new Error(`a stream without an end, after ${messages.length} messages`)
}

/** Calls an rpc over Connect with a body of one's own making; of a stream it is the only message. */
export const rawCall = async (url: string, rpc: Rpc, body: Uint8Array | string, token?: string): Promise<Outcome> => {
  const isUnary = rpc.method.methodKind === 'unary'
  const format = typeof body === 'string' ? 'json' : 'proto'
  const response = await fetch(`${url}/${rpc.name}`, {
    method: 'POST',
    headers: {
      'content-type': isUnary ? `application/${format}` : `application/connect+${format}`,
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: Buffer.from(isUnary ? body : envelope(Buffer.from(body))),
    signal: AbortSignal.timeout(20_000),
  })
  const received = Buffer.from(await response.arrayBuffer())
  if (!response.ok) return failed(JSON.parse(received.toString('utf8')) as ConnectError)
  if (isUnary) return { code: 'ok', reason: '', message: '', answer: received.toString('utf8') }
  const { answer, error } = readStream(received)
  return error ? failed(error) : { code: 'ok', reason: '', message: '', answer }
}

const failed = ({ code = 'unknown', message = '', details }: ConnectError): Outcome => ({
  code,
  reason: details?.[0]?.debug?.reason ?? '',
  message,
  answer: '',
})
