import type { ServiceImpl } from '@connectrpc/connect'
import type { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { dateOf, timestamp } from '../../domain/timestamp.ts'
import { callOfHandler } from '../gate.ts'
import { contextClock } from './context-clock.ts'
import { deadLetters } from './dead-letters.ts'
import { storedEvents } from './events.ts'
import { checkInvariants } from './invariants.ts'
import { lag } from './lag.ts'
import type { MeshParts } from './parts.ts'
import { replayProjection } from './replay.ts'
import { traceCausation } from './trace.ts'

/**
 * What one context answers of the operators' service; what the requests say of contexts is for whoever fans out.
 * Redriving writes with the unit of work of its call.
 */
export const contextMeshService = (parts: MeshParts): Partial<ServiceImpl<typeof MeshService>> => {
  const letters = deadLetters(parts)
  const events = storedEvents(parts)
  const clock = contextClock(parts)
  return {
    listDeadLetters: (request) => letters.list(request),
    getDeadLetter: async ({ id }) => ({ deadLetter: await letters.get(id) }),
    redriveDeadLetter: async ({ id }) => ({ deadLetter: await letters.redrive(id) }),
    getLag: () => lag(parts),
    replayProjection: async ({ consumer }) => ({ events: BigInt(await replayProjection(parts, consumer)) }),
    readEvents: (request, context) => events.read(request, callOfHandler(context).principal),
    getSubjectKeys: async ({ subjects }) => {
      const keys = await parts.subjectKeys.present(subjects)
      return { keys: Array.from(keys, ([subject, key]) => ({ subject, key })) }
    },
    listRecentEvents: async (request) => ({ events: await events.recent(request) }),
    traceCausation: async ({ correlationId }) => ({ nodes: await traceCausation(parts, correlationId) }),
    checkInvariants: async () => ({ results: await checkInvariants(parts) }),
    getClock: async () => {
      const { now, nextDue, waitsFor } = await clock.get()
      return { now: timestamp(now), nextDue: timestamp(nextDue), quiet: waitsFor.length === 0, waitsFor }
    },
    setClock: async ({ now }) => {
      await clock.set(dateOf(now) as Date)
      return {}
    },
  }
}
