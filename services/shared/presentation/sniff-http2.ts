import type { Socket } from 'node:net'

const preface = Buffer.from('PRI * HTTP/2.0')

/**
 * Reads just enough of a new connection to tell HTTP/2 with prior knowledge from HTTP/1.1, puts the bytes back and
 * hands the socket on. A connection that does not say within `timeoutMs` is closed.
 */
export const sniffHttp2 = (socket: Socket, timeoutMs: number, handOver: (isHttp2: boolean) => void): void => {
  let seen: Buffer = Buffer.alloc(0)
  const timer = setTimeout(() => socket.destroy(), timeoutMs).unref()
  const stop = () => {
    clearTimeout(timer)
    socket.off('data', onData).off('error', stop).off('close', stop)
  }
  const onData = (chunk: Buffer) => {
    seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk])
    const length = Math.min(seen.length, preface.length)
    const matches = seen.compare(preface, 0, length, 0, length) === 0
    if (matches && length < preface.length) return
    stop()
    socket.pause()
    socket.unshift(seen)
    handOver(matches)
    process.nextTick(() => socket.resume())
  }
  socket.on('data', onData).on('error', stop).on('close', stop)
}
