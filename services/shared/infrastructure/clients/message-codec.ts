import type { DescMessage, MessageInitShape, MessageShape } from '@bufbuild/protobuf'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import { Code, ConnectError } from '@connectrpc/connect'

/** The largest message a client sends or accepts unless told otherwise: 4 MiB, as the servers do. */
export const defaultMaxMessageBytes = 4 * 1024 * 1024

const limited = (bytes: Uint8Array, maxBytes: number): Uint8Array => {
  if (bytes.byteLength <= maxBytes) return bytes
  throw new ConnectError(`message of ${bytes.byteLength} bytes exceeds ${maxBytes}`, Code.ResourceExhausted)
}

/** The wire bytes of a message. RESOURCE_EXHAUSTED when there are more than `maxBytes`. */
export const encode = <D extends DescMessage>(desc: D, message: MessageInitShape<D>, maxBytes: number): Uint8Array =>
  limited(toBinary(desc, create(desc, message)), maxBytes)

/** The message of some wire bytes. INTERNAL when they are not one. */
export const decode = <D extends DescMessage>(desc: D, bytes: Uint8Array): MessageShape<D> => {
  try {
    return fromBinary(desc, bytes)
  } catch (cause) {
    throw new ConnectError(`cannot decode ${desc.typeName}`, Code.Internal, undefined, undefined, cause)
  }
}
