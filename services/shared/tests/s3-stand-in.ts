import type { S3Settings } from '../infrastructure/blobs/blob-settings.ts'
import { type Asked, failure, s3Objects } from './s3-objects.ts'
import { isSignedWith } from './s3-signature.ts'
import { type Answer, type Reply, startStandIn } from './stand-in.ts'

/** What it does with a request instead of its work, or (`lost`, `truncated`, `slow`) with the answer to it. */
export type S3Fault = 'error' | 'hang' | 'cut' | 'lost' | 'truncated' | 'slow' | Answer

const secret = 'a-secret-of-the-stand-in'
const bucket = '/bucket'

/** A local stand-in of S3 that keeps objects in memory, checks signatures, and misbehaves. */
export const startS3 = async () => {
  const service = s3Objects(bucket)
  const asked: Asked[] = []
  let faults: { fault: S3Fault; on: (request: Asked) => boolean; times: number }[] = []

  const { url, stop } = await startStandIn((received): Reply => {
    const request = { ...received, key: decodeURIComponent(received.path.slice(bucket.length + 1)) }
    asked.push(request)
    const trouble = faults.find(({ on, times }) => times > 0 && on(request))
    if (trouble) trouble.times -= 1
    const fault = trouble?.fault
    if (fault === 'hang' || fault === 'cut' || typeof fault === 'object') return fault
    if (fault === 'error') return failure(500, 'InternalError')
    const worked = isSignedWith(received, secret) ? service.answer(request) : failure(403, 'SignatureDoesNotMatch')
    if (fault === 'lost') return 'cut'
    if (fault === 'truncated') return { ...worked, until: 'half' }
    return fault === 'slow' ? { ...worked, until: 'half-then-hang' } : worked
  })
  const settings: S3Settings = {
    url: `${url}${bucket}`,
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
    stop,
  }
}

export type S3StandIn = Awaited<ReturnType<typeof startS3>>
