import { Code, ConnectError } from '@connectrpc/connect'

const marker = 'parse binary:'

/**
 * The same, with a message that every protocol can carry: what a parser quotes of a request may be cut in the middle of
 * a character, and headers take no half ones.
 */
export const wellFormed = (error: ConnectError): ConnectError => {
  if (error.rawMessage.isWellFormed()) return error
  const told = new ConnectError(error.rawMessage.toWellFormed(), error.code, error.metadata, undefined, error.cause)
  told.details = error.details
  return told
}

/**
 * Connect calls it `internal` when bytes in a request stream are not of its message type; the fault is the caller's.
 * Throws what reading the stream has thrown, with the right code.
 */
export const blameSender = (error: unknown): never => {
  if (!(error instanceof ConnectError)) throw error
  if (error.code === Code.Internal && error.rawMessage.startsWith(marker)) {
    throw new ConnectError(error.rawMessage, Code.InvalidArgument)
  }
  throw wellFormed(error)
}
