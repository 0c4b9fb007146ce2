import { Code } from '@connectrpc/connect'
import { type HttpHandler, pathOf } from '#shared/presentation/http-handler.ts'
import { writeProtocolError } from '#shared/presentation/protocol-error.ts'

/** Refuses requests that announce a body of more than `maxBytes`, before any of it is read. Uploads are exempt. */
export const sizeLimit =
  (maxBytes: number, isUpload: (path: string) => boolean) =>
  (next: HttpHandler): HttpHandler =>
  (request, response) => {
    const announced = Number(request.headers['content-length'] ?? 0)
    if (announced <= maxBytes || isUpload(pathOf(request))) return next(request, response)
    writeProtocolError(request, response, {
      code: Code.ResourceExhausted,
      message: `the request has ${announced} bytes; at most ${maxBytes} are accepted`,
      reason: 'REQUEST_TOO_LARGE',
      plainStatus: 413,
    })
  }
