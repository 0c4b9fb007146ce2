/** What to send, and what must come back. */
export interface Target {
  url: string
  path: string
  protocol: 'h2' | 'http1'
  headers: Readonly<Record<string, string>>
  body: Buffer
}

/** How an rpc is called over each wire. */
export type Wire = 'grpc' | 'connect' | 'connect-http1'

const prefixed = (message: Uint8Array): Buffer => {
  const prefix = Buffer.alloc(5)
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}

/** The target that calls an rpc with a message. */
export const rpcTarget = (
  wire: Wire,
  url: string,
  path: string,
  message: Uint8Array,
  token: string | undefined,
): Target => {
  const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
  const isGrpc = wire === 'grpc'
  return {
    url,
    path,
    protocol: wire === 'connect-http1' ? 'http1' : 'h2',
    headers: isGrpc
      ? { 'content-type': 'application/grpc', te: 'trailers', ...authorization }
      : { 'content-type': 'application/proto', 'connect-protocol-version': '1', ...authorization },
    body: isGrpc ? prefixed(message) : Buffer.from(message),
  }
}
