import { Code, ConnectError } from '@connectrpc/connect'
import type { Channel, Metadata } from '@grpc/grpc-js'
import { status as grpc } from '@grpc/grpc-js'
import { type GrpcStatus, localError, toConnectError } from './grpc-status.ts'

/** A call that grpc-js has not started yet. */
export type RawCall = ReturnType<Channel['createCall']>

/** What a unary call was answered. */
export interface UnaryAnswer {
  header: Metadata | undefined
  body: Buffer
  trailer: Metadata
}

/** A streaming call whose response headers have arrived. */
export interface StreamAnswer {
  header: Metadata | undefined
  /** Complete once `bodies` has ended. */
  trailer: Promise<Metadata>
  bodies: AsyncIterable<Buffer>
}

const cancelOn = (signal: AbortSignal | undefined, call: RawCall): (() => void) => {
  if (!signal) return () => {}
  const cancel = () => call.cancelWithStatus(grpc.CANCELLED, 'the caller gave up')
  if (signal.aborted) cancel()
  else signal.addEventListener('abort', cancel, { once: true })
  return () => signal.removeEventListener('abort', cancel)
}

/** Sends one message and waits for the one that answers it. */
export const callUnary = (
  call: RawCall,
  metadata: Metadata,
  body: Buffer,
  signal: AbortSignal | undefined,
): Promise<UnaryAnswer> =>
  new Promise((resolve, reject) => {
    let header: Metadata | undefined
    let answer: Buffer | undefined
    let release = () => {}
    call.start(metadata, {
      onReceiveMetadata: (received) => {
        header = received
      },
      onReceiveMessage: (received: Buffer) => {
        answer = received
      },
      onReceiveStatus: (status: GrpcStatus) => {
        release()
        if (signal?.aborted && status.code !== grpc.OK) reject(ConnectError.from(signal.reason, Code.Canceled))
        else if (status.code !== grpc.OK) reject(toConnectError(status))
        else if (!answer) reject(localError('the server answered no message', Code.Unimplemented))
        else resolve({ header, body: answer, trailer: status.metadata })
      },
    })
    call.startRead()
    call.sendMessageWithContext({}, body)
    call.halfClose()
    release = cancelOn(signal, call)
  })

const sendAll = async (call: RawCall, bodies: AsyncIterable<Buffer>, ended: () => boolean): Promise<void> => {
  for await (const body of bodies) {
    if (ended()) return
    await new Promise<void>((sent) => call.sendMessageWithContext({ callback: () => sent() }, body))
    if (ended()) return
  }
  call.halfClose()
}

/**
 * Sends the messages as they come and hands out the answers as they are asked for, so that a slow reader slows the
 * server down. Rejects when the call fails before its response headers; later failures end the iteration.
 */
export const callStreaming = (
  call: RawCall,
  metadata: Metadata,
  bodies: AsyncIterable<Buffer>,
  signal: AbortSignal,
): Promise<StreamAnswer> => {
  const opened = Promise.withResolvers<StreamAnswer>()
  const trailer = Promise.withResolvers<Metadata>()
  let waiting: PromiseWithResolvers<IteratorResult<Buffer, undefined>> | undefined
  let ended: GrpcStatus | undefined
  let inputError: unknown
  let release = () => {}

  const finish = (status: GrpcStatus, reader: PromiseWithResolvers<IteratorResult<Buffer, undefined>>) => {
    if (inputError !== undefined) reader.reject(inputError)
    else if (status.code !== grpc.OK) reader.reject(toConnectError(status))
    else reader.resolve({ done: true, value: undefined })
  }
  const iterator: AsyncIterator<Buffer, undefined> = {
    next: () => {
      const reader = Promise.withResolvers<IteratorResult<Buffer, undefined>>()
      if (ended) finish(ended, reader)
      else {
        waiting = reader
        call.startRead()
      }
      return reader.promise
    },
  }
  const open = (header: Metadata | undefined) =>
    opened.resolve({ header, trailer: trailer.promise, bodies: { [Symbol.asyncIterator]: () => iterator } })

  call.start(metadata, {
    onReceiveMetadata: open,
    onReceiveMessage: (body: Buffer) => {
      const reader = waiting
      waiting = undefined
      reader?.resolve({ done: false, value: body })
    },
    onReceiveStatus: (status: GrpcStatus) => {
      release()
      ended = status
      trailer.resolve(status.metadata)
      if (inputError !== undefined) opened.reject(inputError)
      else if (status.code !== grpc.OK) opened.reject(toConnectError(status))
      else open(undefined)
      if (waiting) finish(status, waiting)
    },
  })
  sendAll(call, bodies, () => ended !== undefined).catch((error: unknown) => {
    inputError = error
    call.cancelWithStatus(grpc.CANCELLED, 'the request stream failed')
  })
  release = cancelOn(signal, call)
  return opened.promise
}
