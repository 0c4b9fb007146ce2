import type { DescMethod } from '@bufbuild/protobuf'
import { MethodOptions_IdempotencyLevel as Level } from '@bufbuild/protobuf/wkt'
import type { Code } from '@connectrpc/connect'
import { codeToString } from '@connectrpc/connect/protocol-connect'
import type { RawRequest, Reply } from '../http2-client.ts'

/** A way to put a request on the wire. */
export interface Protocol {
  name: string
  isJson: boolean
  fits(method: DescMethod): boolean
  request(path: string, body: Uint8Array): RawRequest
}

const isUnary = ({ methodKind }: DescMethod) => methodKind === 'unary'

/** One message of a stream, with the flags and length that go before it. */
export const envelope = (body: Uint8Array, flags = 0): Uint8Array => {
  const head = Buffer.alloc(5)
  head.writeUInt8(flags)
  head.writeUInt32BE(body.length, 1)
  return Buffer.concat([head, body])
}

const posted = (name: string, type: string, isJson: boolean, fits: Protocol['fits'], isFramed: boolean): Protocol => ({
  name,
  isJson,
  fits,
  request: (path, body) => ({
    path,
    headers: { 'content-type': type, ...(type.startsWith('application/grpc') && { te: 'trailers' }) },
    body: isFramed ? envelope(body) : body,
  }),
})

const got = (encoding: 'json' | 'proto'): Protocol => ({
  name: `Connect GET ${encoding}`,
  isJson: encoding === 'json',
  fits: (method) => isUnary(method) && method.idempotency === Level.NO_SIDE_EFFECTS,
  request: (path, body) => {
    const message = Buffer.from(body).toString('base64url')
    return { method: 'GET', path: `${path}?connect=v1&encoding=${encoding}&base64=1&message=${message}` }
  },
})

/** Longer than this no URL may be. */
export const longestGet = 8_000

export const protocols: readonly Protocol[] = [
  posted('Connect proto', 'application/proto', false, isUnary, false),
  posted('Connect JSON', 'application/json', true, isUnary, false),
  posted('Connect stream proto', 'application/connect+proto', false, (method) => !isUnary(method), true),
  posted('Connect stream JSON', 'application/connect+json', true, (method) => !isUnary(method), true),
  posted('gRPC', 'application/grpc+proto', false, () => true, true),
  posted('gRPC JSON', 'application/grpc+json', true, () => true, true),
  posted('gRPC-Web', 'application/grpc-web+proto', false, () => true, true),
  got('json'),
  got('proto'),
]

/** What a reply says, in whichever protocol. */
export interface Said {
  /** `ok`, a code as Connect spells it, `http <status>`, or `broken: …`. */
  code: string
  /** Every text of the reply that tells of an error. */
  text: string
}

const ofGrpc = (status: unknown, message: unknown, details: unknown): Said => {
  const number = Number(status)
  const hidden = Buffer.from(String(details ?? ''), 'base64').toString('latin1')
  return {
    code: number === 0 ? 'ok' : codeToString(number as Code),
    text: number === 0 ? '' : `${decodeURIComponent(String(message ?? ''))} ${hidden}`,
  }
}

const ofJson = (text: string): Said | undefined => {
  try {
    const { code, message, details } = JSON.parse(text)
    return typeof code === 'string' ? { code, text: `${message} ${JSON.stringify(details ?? '')}` } : undefined
  } catch {
    return undefined
  }
}

/** The last frame of a stream whose flags say that it is the last. */
const lastFrame = (body: Buffer, flag: number): string => {
  for (let at = 0; at + 5 <= body.length; ) {
    const length = body.readUInt32BE(at + 1)
    if (body.readUInt8(at) & flag) return body.subarray(at + 5, at + 5 + length).toString('utf8')
    at += 5 + length
  }
  return ''
}

export const readReply = ({ status, headers, trailers, body, broken }: Reply): Said => {
  if (broken) return { code: `broken: ${broken}`, text: '' }
  const type = String(headers['content-type'] ?? '')
  const grpc = { ...headers, ...trailers }
  if (type.startsWith('application/grpc-web') && grpc['grpc-status'] === undefined) {
    const frame = lastFrame(body, 0x80)
    if (frame === '') return { code: 'open', text: '' }
    const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'im').exec(frame)?.[1]?.trim()
    return ofGrpc(field('grpc-status'), field('grpc-message'), field('grpc-status-details-bin'))
  }
  if (type.startsWith('application/grpc')) {
    if (grpc['grpc-status'] === undefined) return { code: 'open', text: '' }
    return ofGrpc(grpc['grpc-status'], grpc['grpc-message'], grpc['grpc-status-details-bin'])
  }
  if (type.startsWith('application/connect+')) {
    const { error } = JSON.parse(lastFrame(body, 0x02) || '{}')
    return error
      ? { code: error.code, text: `${error.message} ${JSON.stringify(error.details ?? '')}` }
      : { code: 'ok', text: '' }
  }
  if (status === 200) return { code: 'ok', text: '' }
  return ofJson(body.toString('utf8')) ?? { code: `http ${status}`, text: body.toString('utf8').slice(0, 2000) }
}

export const unexpectedCodes = ['internal', 'unknown', 'data_loss']
