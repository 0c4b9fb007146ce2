import { encodeBinaryHeader } from '@connectrpc/connect'
import { Metadata } from '@grpc/grpc-js'
import { HeaderFields } from '../unary/header-fields.ts'

/** Headers that belong to the HTTP/2 connection or to the gRPC protocol itself, which grpc-js writes. */
const protocolHeaders = new Set(['connection', 'content-length', 'content-type', 'host', 'te', 'transfer-encoding'])

/** The gRPC metadata for some headers. Values of `-bin` headers are base64, several of them joined by commas. */
export const toMetadata = (headers: Headers): Metadata => {
  const metadata = new Metadata()
  for (const [name, value] of headers) {
    if (protocolHeaders.has(name) || name.startsWith('grpc-')) continue
    if (!name.endsWith('-bin')) metadata.add(name, value)
    else for (const part of value.split(',')) metadata.add(name, Buffer.from(part, 'base64'))
  }
  return metadata
}

/** The headers for some gRPC metadata; binary values become unpadded base64. */
export const toHeaders = (metadata: Metadata | undefined): Headers => {
  const headers = new HeaderFields()
  if (!metadata) return headers
  for (const name of Object.keys(metadata.getMap())) {
    for (const value of metadata.get(name)) {
      headers.append(name, typeof value === 'string' ? value : encodeBinaryHeader(value))
    }
  }
  return headers
}
