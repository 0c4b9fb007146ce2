import type { ClientHttp2Stream } from 'node:http2'
import type { NodeServerRequest } from '#shared/presentation/http-handler.ts'

interface BodyOptions {
  /** Bytes kept so that a failed attempt can be repeated. */
  maxReplayBytes: number
  maxBytes: number
  onTooLarge: () => void
}

/** Pumps a request's body to an upstream, as fast as that takes it, and again to another one while it is still small. */
export const replayableBody = (request: NodeServerRequest, { maxReplayBytes, maxBytes, onTooLarge }: BodyOptions) => {
  let kept: Buffer[] | undefined = []
  let total = 0
  let ended = false
  let target: ClientHttp2Stream | undefined

  const onData = (chunk: Buffer) => {
    total += chunk.length
    if (total > maxBytes) {
      request.off('data', onData)
      request.resume()
      onTooLarge()
      return
    }
    if (total > maxReplayBytes) kept = undefined
    kept?.push(chunk)
    if (target && !target.destroyed && !target.write(chunk)) request.pause()
  }
  const start = () => {
    request.on('data', onData)
    request.on('end', () => {
      ended = true
      if (!target?.destroyed) target?.end()
    })
  }

  return {
    canReplay: (): boolean => kept !== undefined,
    /** Sends what has arrived and all that follows. May be called again while `canReplay()`. */
    sendTo(stream: ClientHttp2Stream): void {
      const first = target === undefined
      target = stream
      for (const chunk of kept ?? []) stream.write(chunk)
      if (ended) stream.end()
      const resume = () => stream === target && request.resume()
      stream.on('drain', resume).once('close', resume)
      if (first) start()
      else request.resume()
    },
    /** No further attempt will be made: lets go of what was kept. */
    release(): void {
      kept = undefined
    },
  }
}
