import type { Server } from '../../presentation/server.ts'
import { connected } from './raw-client.ts'

const types = { data: 0, headers: 1, reset: 3, settings: 4 }
const endHeaders = 4
const endStream = 1

const frame = (type: keyof typeof types, flags: number, stream: number, payload: Uint8Array): Buffer => {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.byteLength, 0, 3)
  head[3] = types[type]
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

const text = (value: string): Buffer => Buffer.concat([Buffer.of(value.length), Buffer.from(value, 'latin1')])

/** Literal fields that nobody remembers. */
const fields = (headers: Record<string, string>): Buffer =>
  Buffer.concat(Object.entries(headers).flatMap(([name, value]) => [Buffer.of(0), text(name), text(value)]))

/**
 * One stream of HTTP/2, frame by frame: node's own client ends the body before it resets a stream, and so never shows a
 * server half of one.
 */
export const openStream = async (server: Server, headers: Record<string, string>) => {
  const socket = await connected(server)
  socket.on('error', () => {}).resume()
  socket.write(
    Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), frame('settings', 0, 0, Buffer.alloc(0))]),
  )
  socket.write(frame('headers', endHeaders, 1, fields(headers)))
  return {
    write: (data: Uint8Array) => socket.write(frame('data', 0, 1, data)),
    end: (data: Uint8Array) => socket.write(frame('data', endStream, 1, data)),
    reset: (code: number) => {
      const payload = Buffer.alloc(4)
      payload.writeUInt32BE(code)
      socket.write(frame('reset', 0, 1, payload))
    },
    close: () => socket.destroy(),
  }
}
