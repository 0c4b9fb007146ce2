import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { S3Settings } from '../infrastructure/blobs/blob-settings.ts'
import { type Answer, type Asked, failure, s3Objects } from './s3-objects.ts'
import { isSignedWith } from './s3-signature.ts'

/** What it does with a request instead of its work, or (`lost`, `truncated`, `slow`) with the answer to it. */
export type S3Fault = 'error' | 'hang' | 'cut' | 'lost' | 'truncated' | 'slow' | Answer

const secret = 'a-secret-of-the-stand-in'
const bucket = '/bucket'

/** A local stand-in of S3 that keeps objects in memory, checks signatures, and misbehaves. */
export const startS3 = async () => {
  const service = s3Objects(bucket)
  const asked: Asked[] = []
  let faults: { fault: S3Fault; on: (request: Asked) => boolean; times: number }[] = []

  const send = async (response: ServerResponse, { status, headers = {}, body = '' }: Answer, fault?: S3Fault) => {
    const bytes = Buffer.from(body)
    response.writeHead(status, fault === 'truncated' ? { ...headers, 'content-length': bytes.length } : headers)
    if (fault === 'truncated') return response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy())
    if (fault !== 'slow') return response.end(bytes)
    // Half of it, and nothing more for as long as anybody waits.
    response.write(bytes.subarray(0, bytes.length / 2))
  }

  const server = createServer(async (incoming, response) => {
    const url = new URL(incoming.url ?? '', 'http://localhost')
    const body = Buffer.concat(await incoming.toArray().catch(() => []))
    const key = decodeURIComponent(url.pathname.slice(bucket.length + 1))
    const request = { method: incoming.method ?? '', key, query: url.searchParams, headers: incoming.headers, body }
    asked.push(request)
    const trouble = faults.find(({ on, times }) => times > 0 && on(request))
    if (trouble) trouble.times -= 1
    const fault = trouble?.fault
    if (fault === 'hang') return
    if (fault === 'cut') return response.destroy()
    if (fault === 'error') return send(response, failure(500, 'InternalError'))
    if (typeof fault === 'object') return send(response, fault)
    const worked = isSignedWith(incoming, secret) ? service.answer(request) : failure(403, 'SignatureDoesNotMatch')
    if (fault === 'lost') return response.destroy()
    await send(response, worked, fault)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const settings: S3Settings = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${bucket}`,
    region: 'eu-test-1',
    accessKeyId: 'stand-in',
    secretAccessKey: secret,
    timeoutMs: 1000,
  }
  return {
    settings,
    objects: service.objects,
    uploads: service.uploads,
    setNow: service.setNow,
    asked,
    misbehave: (fault: S3Fault, times = 1, on: (request: Asked) => boolean = () => true) => {
      faults.push({ fault, on, times })
    },
    behave: () => {
      faults = []
    },
    reset: () => {
      service.clear()
      faults = []
      asked.length = 0
    },
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export type S3StandIn = Awaited<ReturnType<typeof startS3>>
