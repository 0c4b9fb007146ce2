import { createClient } from '@connectrpc/connect'
import { DeadLetterStatus } from '#gen/troupe/mesh/v1/dead_letter_pb.ts'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { dateOf, duration, timestamp } from '../../../services/shared/domain/timestamp.ts'
import { ofService, type Recipes, type Scene } from './recipe.ts'
import { newStory } from './story-scenes.ts'

/** Puts an event aside, as a consumer does that cannot handle it. */
const newDeadLetter = async ({ stage }: Scene): Promise<string> => {
  const [id, event, aggregate] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()]
  await stage.databases.sql(
    'story',
    `insert into dead_letters (id, consumer, source, event_id, event_type, aggregate_id, correlation_id, sequence,
       headers, payload, status, reason, attempts, created_at)
     values ($1, 'authors', 'identity', $2, 'troupe.identity.v1.ProfileUpdated', $3, '', 0, $4, '', 'DEAD', 'made', 5, now())`,
    id,
    event,
    aggregate,
    JSON.stringify({ aggregateVersion: '1' }),
  )
  return id
}

const inStory = { contexts: ['story'] }

/** A time that no clock of the mesh has passed. */
const aheadOfAll = async ({ stage }: Scene) => {
  const token = await stage.tokenFor('service:story')
  const client = createClient(MeshService, stage.transport(token))
  const clocks = await Promise.all(stage.databases.contexts.map((context) => client.getClock({ context })))
  return timestamp(new Date(Math.max(...clocks.map(({ now }) => dateOf(now)?.getTime() ?? 0)) + 1000))
}

/** How to use the operators' service rightly. */
export const meshRecipes: Recipes = ofService('troupe.mesh.v1.MeshService', {
  ListDeadLetters: { fields: () => ({ ...inStory, consumer: '', status: DeadLetterStatus.UNSPECIFIED }) },
  GetDeadLetter: { fields: async (scene) => ({ ...inStory, id: await newDeadLetter(scene) }) },
  RedriveDeadLetter: { fields: async (scene) => ({ ...inStory, id: await newDeadLetter(scene) }) },
  GetLag: { fields: () => inStory },
  ReplayProjection: {
    fields: async ({ stage }) => {
      // A replay takes them along: without them each does the same.
      await stage.databases.sql('story', 'delete from dead_letters')
      return { context: 'story', consumer: 'authors' }
    },
  },
  ReadEvents: { fields: () => ({ context: 'story', afterPosition: 0n, types: [] }) },
  GetSubjectKeys: { fields: () => ({ context: 'story', subjects: [crypto.randomUUID()] }) },
  ListRecentEvents: { fields: () => ({ ...inStory, aggregateId: '', type: '' }) },
  TraceCausation: {
    fields: async (scene) => {
      const correlationId = crypto.randomUUID()
      await newStory(scene, {}, { 'x-correlation-id': correlationId })
      return { ...inStory, correlationId }
    },
  },
  CheckInvariants: { fields: () => inStory },
  AdvanceClock: { fields: () => ({ by: duration(1) }) },
  GetClock: { fields: () => ({ context: 'story' }) },
  SetClock: { fields: async (scene) => ({ context: 'story', now: await aheadOfAll(scene) }) },
})
