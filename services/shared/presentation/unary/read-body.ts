import { Code, ConnectError } from '@connectrpc/connect'
import { isGone, type NodeServerRequest } from '../http-handler.ts'

const clientLeft = () => new ConnectError('the client has left', Code.Canceled)

/** What has arrived of a body so far. */
export class Arrived {
  private chunks: Buffer[] = []
  size = 0

  add(chunk: Buffer): void {
    this.chunks.push(chunk)
    this.size += chunk.byteLength
  }

  get bytes(): Buffer {
    if (this.chunks.length !== 1) this.chunks = [Buffer.concat(this.chunks)]
    return this.chunks[0] as Buffer
  }
}

/**
 * The body of a request. `isEnough` is asked whenever more has arrived: it may end the reading, or refuse the body by
 * throwing. Rejects with CANCELED when the client leaves first.
 */
export const readBody = (request: NodeServerRequest, isEnough: (arrived: Arrived) => boolean): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    if (isGone(request)) return reject(clientLeft())
    const arrived = new Arrived()
    const stop = () => request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose)
    const onData = (chunk: Buffer) => {
      arrived.add(chunk)
      try {
        if (!isEnough(arrived)) return
        resolve(arrived.bytes)
      } catch (error) {
        reject(error)
      }
      stop()
      // The rest goes by unseen, so that what comes behind it on the connection is not held up.
      request.resume()
    }
    const onEnd = () => {
      // HTTP/2 lets a body that was cut off end like any other.
      if (request.aborted) return onClose()
      stop()
      resolve(arrived.bytes)
    }
    const onClose = () => {
      stop()
      reject(clientLeft())
    }
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose)
  })
