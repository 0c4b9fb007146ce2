import { randomUUID } from 'node:crypto'
import { BlockList, isIPv6 } from 'node:net'
import { plainAddress } from '#shared/infrastructure/network-address.ts'
import type { HttpHandler, NodeServerRequest } from '#shared/presentation/http-handler.ts'

export const clientAddressHeader = 'x-troupe-client-address'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Makes a test for addresses in any of `ranges`: single addresses or CIDR blocks. Throws on one that is neither. */
const rangeTest = (ranges: readonly string[]): ((address: string) => boolean) => {
  const list = new BlockList()
  for (const range of ranges) {
    const [network, prefix] = range.split('/') as [string, string | undefined]
    const family = isIPv6(network) ? 'ipv6' : 'ipv4'
    if (prefix === undefined) list.addAddress(network, family)
    else list.addSubnet(network, Number(prefix), family)
  }
  return (address) => list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

const clientAddress = (request: NodeServerRequest, isTrusted: (address: string) => boolean): string => {
  const peer = plainAddress(request.socket.remoteAddress ?? '')
  if (!isTrusted(peer)) return peer
  const hops = String(request.headers['x-forwarded-for'] ?? '').split(',')
  const addresses = hops.map((hop) => plainAddress(hop.trim())).filter((hop) => hop !== '')
  // Each proxy appends; what stands left of the first address that is not ours could be anyone's invention.
  return addresses.findLast((address) => !isTrusted(address)) ?? addresses[0] ?? peer
}

/**
 * Takes away what only the mesh itself may say (`x-troupe-*`; `x-forwarded-*` unless a trusted proxy sent it) and adds
 * the client's address, a request id and, where the client gave no UUID, a correlation id. Both ids are answered too.
 * Works on `headers`, not on the raw ones.
 */
export const internalHeaders = (trustedProxies: readonly string[]) => {
  const isTrusted = rangeTest(trustedProxies)
  return (next: HttpHandler): HttpHandler =>
    (request, response) => {
      const { headers } = request
      const address = clientAddress(request, isTrusted)
      const keepForwarded = isTrusted(plainAddress(request.socket.remoteAddress ?? ''))
      for (const name in headers) {
        const isForged = name.startsWith('x-troupe-') || (!keepForwarded && name.startsWith('x-forwarded-'))
        if (isForged) delete headers[name]
      }
      const given = headers['x-correlation-id']
      const correlationId = typeof given === 'string' && uuid.test(given) ? given : randomUUID()
      const requestId = randomUUID()
      headers[clientAddressHeader] = address
      headers['x-correlation-id'] = correlationId
      headers['x-request-id'] = requestId
      response.setHeader('x-correlation-id', correlationId)
      response.setHeader('x-request-id', requestId)
      return next(request, response)
    }
}
