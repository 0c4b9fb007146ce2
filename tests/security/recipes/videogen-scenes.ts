import { createClient } from '@connectrpc/connect'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { newHeardStory } from './narration-scenes.ts'
import type { Scene } from './recipe.ts'
import { newStory } from './story-scenes.ts'

/** A story that was told to its end, of somebody whose tier has room for films. */
export const newFilmable = async (scene: Scene): Promise<{ storyId: string }> => {
  const operator = createClient(SubscriptionService, scene.stage.transport(await scene.stage.operatorToken()))
  await operator.setTier({ userId: scene.person.id, tier: 'PLATINUM' })
  return newHeardStory(scene)
}

type Status = 'queued' | 'cancelled' | 'completed'

/** A film that says in its style what nobody else may see. One that is to be made is not made before tomorrow. */
export const newJob = async (scene: Scene, status: Status, storyId: string): Promise<{ jobId: string }> => {
  // Drawn anew, it can have no style.
  const [jobId, style] = [crypto.randomUUID(), status === 'cancelled' ? '' : `secret-${crypto.randomUUID()}`]
  if (style) scene.person.secrets.push(style)
  const { sql } = scene.stage.databases
  const { story } = await createClient(StoryService, scene.stage.transport(scene.person.token)).getStory({ storyId })
  const blob = `videogen/films/${scene.person.id}/${jobId}`
  const film = { video: `${blob}.mp4`, thumbnail: `${blob}.jpg`, durationMs: 1, width: 1280, height: 720, size: 1 }
  await sql(
    'videogen',
    `insert into video_jobs (id, story_id, user_id, narration_id, sound_blob, sound_ms, story_version, content_hash,
       configuration, cache_key, publishing_id, status, provider, run_id, usage_key, estimated_cost_micros,
       actual_cost_micros, failure_reason, film, created_at, updated_at, completed_at)
     select $1::uuid, $2::uuid, $3::uuid, gen_random_uuid(), coalesce($8, 'gone'), 1000, $4, $5, $6::jsonb,
       encode(sha256($1::text::bytea), 'hex'), '', $7, '', 'run', gen_random_uuid()::text, 0, 0, '',
       $9::jsonb, now(), now(), case when $7 = 'completed' then now() end`,
    jobId,
    storyId,
    scene.person.id,
    story?.version ?? 1,
    story?.contentHash ?? '',
    JSON.stringify({ provider: '', captions: 'none', style, maxClips: 8, maxCostMicros: 0 }),
    status,
    await soundOf(scene, storyId),
    status === 'completed' ? JSON.stringify({ ...film, captions: 'none' }) : null,
  )
  if (status === 'queued')
    await sql('videogen', `insert into work (id, kind, due_at) values ($1, 'film', now() + interval '1 day')`, jobId)
  return { jobId }
}

/** Where a story is heard; null where it is not. */
const soundOf = async ({ stage }: Scene, storyId: string): Promise<string | null> => {
  const [row] = await stage.databases.sql<{ mp3: string }>(
    'narration',
    `select sound->>'mp3' as mp3 from narrations where story_id = $1`,
    storyId,
  )
  return row?.mp3 ?? null
}

/** A story that nobody else may read, with a film. */
export const newFilmedStory = async (scene: Scene): Promise<{ storyId: string }> => {
  const storyId = await newStory(scene)
  await newJob(scene, 'completed', storyId)
  return { storyId }
}
