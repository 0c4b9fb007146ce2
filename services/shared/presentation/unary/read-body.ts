import { Code, ConnectError } from '@connectrpc/connect'
import type { UnaryCall } from '../../infrastructure/unary/unary-call.ts'
import { isGone, type NodeServerRequest } from '../http-handler.ts'

/** Why a call is over that nobody waits for any more. */
export const clientLeft = new ConnectError('the client has left', Code.Canceled)

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
 * The body of a call's request. `isEnough` is asked whenever more has arrived: it may end the reading, or refuse the
 * body by throwing. Rejects when the call is over first: with CANCELED when its client has left.
 */
export const readBody = (
  request: NodeServerRequest,
  call: UnaryCall,
  isEnough: (arrived: Arrived) => boolean,
): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    if (isGone(request)) return reject(clientLeft)
    const arrived = new Arrived()
    const stop = () => {
      call.onOver(undefined)
      request.off('data', onData)
      request.off('end', onEnd)
    }
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
      call.onOver(undefined)
      // HTTP/2 lets a body that was cut off end like any other.
      if (request.aborted) reject(clientLeft)
      else resolve(arrived.bytes)
    }
    call.onOver((reason) => {
      stop()
      reject(reason)
    })
    request.on('data', onData)
    request.on('end', onEnd)
  })
