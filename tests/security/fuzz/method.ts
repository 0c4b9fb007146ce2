import { type Message, toBinary, toJson } from '@bufbuild/protobuf'
import { type Fields, requestOf } from '../call.ts'
import type { Http2Client, RawRequest } from '../http2-client.ts'
import type { Case } from '../matrix/case.ts'
import type { Random } from '../random.ts'
import type { Person } from '../stage/people.ts'
import { encode, mutateBytes } from './binary.ts'
import { encodeJson, mutateJson } from './json.ts'
import { leakIn } from './leaks.ts'
import { longestGet, type Protocol, protocols, readReply, unexpectedCodes } from './protocols.ts'
import { type Value, valueFor, valuesFor } from './values.ts'

/** Something that no request may lead to, with the request. */
export interface Finding {
  kind: 'hang' | 'broken' | 'internal' | 'leak'
  what: string
  rpc: string
  protocol: string
  /** Counts the requests on this method. */
  number: number
  input: string
}

/** What a method's requests are made of. */
export interface Target {
  of: Case
  random: Random
  client: Http2Client
  inside: RegExp
  /** Whose right requests the others are made of; changes from time to time. */
  material(): Promise<{ person: Person; fields: Fields; token: string | undefined }>
}

const deadlineMs = 15_000
const streamMs = 300

/** A right request with one or two fields replaced, or one that is all chance. */
const inventValues = ({ of, random }: Target, right: Readonly<Record<string, Value>>): Record<string, Value> => {
  const { fields } = of.rpc.method.input
  if (fields.length === 0) return {}
  if (random.chance(0.25)) return valuesFor(fields, random)
  const changed = Array.from({ length: 1 + random.whole(2) }, () => random.pick(fields))
  return { ...right, ...Object.fromEntries(changed.map((field) => [field.localName, valueFor(field, random)])) }
}

const bodyOf = (target: Target, protocol: Protocol, fields: Fields): Uint8Array => {
  const { of, random } = target
  const { input } = of.rpc.method
  const right = requestOf(of.rpc, fields)
  if (protocol.isJson) {
    const values = inventValues(target, toJson(input, right) as Record<string, Value>)
    const text = random.chance(0.5) ? encodeJson(values) : mutateJson(values, random)
    return Buffer.from(text as string)
  }
  const bytes = random.chance(0.4)
    ? toBinary(input, right as Message)
    : encode(input, inventValues(target, fields as Record<string, Value>))
  return random.chance(0.6) ? mutateBytes(bytes, random) : bytes
}

const shown = ({ method = 'POST', path, body }: RawRequest): string =>
  `${method} ${path.slice(0, 2000)} ${Buffer.from(body ?? '')
    .toString('base64')
    .slice(0, 2000)}`

const judge = ({ of, inside }: Target, request: RawRequest, code: string, text: string, ms: number) => {
  if (code === 'broken: timeout' || ms > deadlineMs)
    return { kind: 'hang', what: `no answer within ${Math.round(ms)} ms` } as const
  if (code.startsWith('broken')) return { kind: 'broken', what: code } as const
  if (unexpectedCodes.includes(code) || /^http 5/.test(code))
    return { kind: 'internal', what: `${code}: ${text.slice(0, 300)}` } as const
  const said = `${request.path} ${Buffer.from(request.body ?? '').toString('utf8')} ${of.rpc.name}`
  const leaked = leakIn(text, inside, said)
  return leaked ? ({ kind: 'leak', what: `${code}: "${leaked}" in ${text.slice(0, 300)}` } as const) : undefined
}

/** Sends one request of chance and says what came of it. */
export const fuzzOnce = async (target: Target, number: number): Promise<{ code: string; finding?: Finding }> => {
  const { of, random, client } = target
  const { person, fields, token } = await target.material()
  const protocol = random.pick(protocols.filter(({ fits }) => fits(of.rpc.method)))
  const request = protocol.request(`/${of.rpc.name}`, bodyOf(target, protocol, fields))
  const sent = random.chance(0.8) ? token : random.pick([undefined, person.token, 'x.y.z'])
  if (request.path.length > longestGet) return { code: 'not sent' }
  const isUnary = of.rpc.method.methodKind === 'unary'
  const reply = await client.send({
    ...(!isUnary && { enoughMs: streamMs }),
    ...request,
    headers: { ...request.headers, ...(sent && { authorization: `Bearer ${sent}` }) },
  })
  const { code, text } = readReply(reply)
  const found = judge(target, request, isUnary && code === 'open' ? 'broken: no status' : code, text, reply.ms)
  const where = { rpc: of.rpc.name, protocol: protocol.name, number, input: shown(request) }
  return { code, ...(found && { finding: { ...found, ...where } }) }
}
