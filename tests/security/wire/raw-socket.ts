import { connect, type Socket } from 'node:net'

/** What a server said on a connection, and whether it closed it. */
export interface Heard {
  text: string
  isClosed: boolean
  ms: number
}

const open = async (url: string): Promise<Socket> => {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {}) // being cut off is what is looked for
  await new Promise((done) => socket.once('connect', done).once('error', done))
  return socket
}

/**
 * Sends bytes on a connection of its own and listens until it is closed, nothing comes for `quietMs` after the first
 * answer, or `withinMs` have passed. Further bytes may be sent by `more`.
 */
export const talk = async (
  url: string,
  bytes: string | Uint8Array,
  options: { withinMs?: number; quietMs?: number; more?: (socket: Socket) => Promise<void> } = {},
): Promise<Heard> => {
  const { withinMs = 5_000, quietMs = 300, more } = options
  const socket = await open(url)
  const began = performance.now()
  const chunks: Buffer[] = []
  let isClosed = false
  const over = new Promise<void>((resolve) => {
    const late = setTimeout(resolve, withinMs)
    let quiet: NodeJS.Timeout | undefined
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      clearTimeout(quiet)
      quiet = setTimeout(resolve, quietMs)
    })
    socket.once('close', () => {
      isClosed = true
      clearTimeout(late)
      clearTimeout(quiet)
      resolve()
    })
  })
  socket.write(bytes)
  await more?.(socket)
  await over
  const ms = performance.now() - began
  socket.destroy()
  return { text: Buffer.concat(chunks).toString('latin1'), isClosed, ms }
}

/** The status of the first answer in HTTP/1.1; 0 when there is none. */
export const statusIn = ({ text }: Heard): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)

/** A request in HTTP/1.1 with exactly these lines. */
export const http1 = (lines: readonly string[], body = ''): string => `${lines.join('\r\n')}\r\n\r\n${body}`
