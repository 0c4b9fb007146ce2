import { Code, ConnectError } from '@connectrpc/connect'

const marker = 'parse binary:'

/**
 * Connect calls it `internal` when bytes in a request stream are not of its message type; the fault is the caller's.
 * Throws what reading the stream has thrown, with the right code.
 */
export const blameSender = (error: unknown): never => {
  if (error instanceof ConnectError && error.code === Code.Internal && error.rawMessage.startsWith(marker)) {
    throw new ConnectError(error.rawMessage, Code.InvalidArgument)
  }
  throw error
}
