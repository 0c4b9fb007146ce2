import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import type { Raw } from './raw-client.ts'

type Fields = Record<string, string | string[] | undefined>

/** What a call came to, in a form that two servers can be compared by. */
export interface Outcome {
  status: number
  headers: Fields
  /** Envelopes of gRPC and gRPC-Web, or one part for the whole body of anything else. */
  parts: Part[]
  trailers: Fields
  cut?: number | string | undefined
  /** What gate, interceptors and handler have seen. */
  notes: unknown[]
}

export interface Part {
  flags?: number
  /** Text where it is text, hexadecimal digits elsewhere. */
  data?: string
  fields?: Fields
  error?: { code?: string; message?: string; details?: unknown }
}

const unpacked = (data: Buffer, encoding: unknown): Buffer => {
  if (encoding === 'gzip') return gunzipSync(data)
  if (encoding === 'br') return brotliDecompressSync(data)
  return data
}

const shown = (data: Buffer): string => {
  const text = data.toString()
  return /^[\x20-\x7e\r\n]*$/.test(text) ? text : data.toString('hex')
}

const fieldsIn = (text: string): Fields => {
  const fields: Record<string, string | string[]> = Object.create(null)
  for (const line of text.split('\r\n').filter(Boolean)) {
    const [, name = line, value = ''] = /^([^:]*): ?(.*)$/.exec(line) ?? []
    const before = fields[name]
    fields[name] = before === undefined ? value : [before, value].flat()
  }
  return fields
}

const envelopesIn = (body: Buffer, encoding: unknown): Part[] => {
  const parts: Part[] = []
  for (let at = 0; at < body.byteLength; ) {
    if (body.byteLength < at + 5) return [...parts, { data: `cut: ${shown(body.subarray(at))}` }]
    const flags = body[at] as number
    const end = at + 5 + body.readUInt32BE(at + 1)
    const raw = body.subarray(at + 5, end)
    const data = flags & 1 ? unpacked(raw, encoding) : raw
    parts.push(flags & 0x80 ? { flags, fields: fieldsIn(data.toString('latin1')) } : { flags, data: shown(data) })
    at = end
  }
  return parts
}

const bodyIn = (body: Buffer, headers: Fields): Part[] => {
  const data = unpacked(body, headers['content-encoding'])
  if (headers['content-type'] !== 'application/json') return [{ data: shown(data) }]
  try {
    const error = JSON.parse(data.toString())
    if (typeof error === 'object' && error !== null && 'code' in error) return [{ error }]
  } catch {
    // then it is compared as text
  }
  return [{ data: shown(data) }]
}

/** Throws where an answer contradicts itself: those headers are not compared. */
const checked = ({ headers, body, status }: Raw): void => {
  const length = headers['content-length']
  if (length !== undefined && status !== 304 && Number(length) !== body.byteLength)
    throw new Error(`content-length is ${length}, but ${body.byteLength} bytes came`)
}

/** Decodes an answer. */
export const outcomeOf = (raw: Raw, notes: unknown[]): Outcome => {
  if (raw.cut === undefined) checked(raw)
  const isEnveloped = String(raw.headers['content-type']).startsWith('application/grpc')
  const parts = isEnveloped
    ? envelopesIn(raw.body, raw.headers['grpc-encoding'])
    : raw.body.byteLength > 0
      ? bodyIn(raw.body, raw.headers)
      : []
  const { status, headers, trailers, cut } = raw
  return { status, headers, parts, trailers, cut, notes }
}
