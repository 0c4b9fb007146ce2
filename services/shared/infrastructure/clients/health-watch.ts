import { setTimeout as sleep } from 'node:timers/promises'
import { create } from '@bufbuild/protobuf'
import { Code, ConnectError } from '@connectrpc/connect'
import {
  Health,
  HealthCheckRequestSchema,
  HealthCheckResponse_ServingStatus as Status,
} from '#gen/health/v1/health_pb.ts'
import type { HealthWatch } from '../upstream/upstream.ts'
import { networkStreams, type OpenStream } from './network-stream.ts'

const watchAgainMs = 500
const maxMessageBytes = 1024

async function* wholeServer() {
  yield create(HealthCheckRequestSchema)
}

/**
 * Watches `grpc.health.v1` of the whole server. Until the server has said anything, when it is gone, and where it has no
 * such service, it counts as ready.
 */
export const watchHealth: HealthWatch = (upstream, says) => {
  const over = new AbortController()
  const { signal } = over
  const open: OpenStream = (headers) => upstream.open({ ...headers, ':authority': upstream.authority }, false)
  const call = networkStreams(open, maxMessageBytes)
  const watch = async () => {
    let isAnswered = true
    while (isAnswered && !signal.aborted) {
      try {
        const { message } = await call(Health.method.watch, signal, undefined, undefined, wholeServer())
        for await (const { status } of message) says(status === Status.SERVING)
      } catch (error) {
        isAnswered = ConnectError.from(error).code !== Code.Unimplemented
      }
      says(true)
      await sleep(watchAgainMs, undefined, { signal, ref: false }).catch(() => {})
    }
  }
  void watch()
  return () => over.abort()
}
