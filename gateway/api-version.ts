import { Code } from '@connectrpc/connect'
import type { HttpHandler } from '#shared/presentation/http-handler.ts'
import { writeProtocolError } from '#shared/presentation/protocol-error.ts'

const versionedPath = /^\/([\w.]+)\.(v\d+)\.(\w+)(\/.*)$/

/**
 * Routes by the `api-version` header: a call to `troupe.story.v1` with `api-version: v2` goes to the service of the same
 * name in `troupe.story.v2`, if `isKnown('troupe.story.v2.StoryService')`, and otherwise is answered UNIMPLEMENTED.
 */
export const apiVersion =
  (isKnown: (service: string) => boolean) =>
  (next: HttpHandler): HttpHandler =>
  (request, response) => {
    const wanted = request.headers['api-version']
    const match = wanted === undefined ? null : versionedPath.exec(request.url ?? '')
    const [, name, version, service, rest] = match ?? []
    if (!match || wanted === version) return next(request, response)
    const target = `${name}.${wanted}.${service}`
    if (!isKnown(target)) {
      const message = `${name} has no version ${String(wanted).slice(0, 32)}`
      writeProtocolError(request, response, { code: Code.Unimplemented, message, reason: 'API_VERSION_UNKNOWN' })
      return
    }
    request.url = `/${target}${rest}`
    return next(request, response)
  }
