import { createClient } from '@connectrpc/connect'
import { NarrationService } from '#gen/troupe/narration/v1/narration_service_pb.ts'
import { VoiceProvider } from '#gen/troupe/narration/v1/voice_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { wavOf } from '#shared/infrastructure/sound/pcm.ts'
import type { Fields } from '../call.ts'
import type { Scene } from './recipe.ts'
import { newStory } from './story-scenes.ts'

const own = ({ stage, person }: Scene) => createClient(NarrationService, stage.transport(person.token))

const secretOf = ({ person }: Scene): string => {
  const secret = `secret-${crypto.randomUUID()}`
  person.secrets.push(secret)
  return secret
}

/**
 * Nobody may have more than a hundred voices, and a whole matrix makes one person more than that. The newest stay, as
 * other cells are still about them, and those that are to last.
 */
const makeRoom = ({ stage, person }: Scene) =>
  stage.databases.sql(
    'narration',
    `delete from voices where id in (
       select id from voices where user_id = $1 and name not like 'lasting%' order by created_at desc, id desc offset 60
     )`,
    person.id,
  )

const newVoiceNamed = async (scene: Scene, name: string): Promise<string> => {
  await makeRoom(scene)
  const request = { name, provider: VoiceProvider.EMBEDDED, stockVoice: 'f2' }
  return (await own(scene).createVoice(request)).voice?.id ?? ''
}

/** A voice that can be used. */
export const newVoice = (scene: Scene): Promise<string> => newVoiceNamed(scene, secretOf(scene))

/** The same for cells that take so long that dozens of others are made meanwhile. */
export const newLastingVoice = (scene: Scene): Promise<string> => newVoiceNamed(scene, `lasting ${secretOf(scene)}`)

/** A voice that is to be trained. */
export const newSpeaker = async (scene: Scene): Promise<string> => {
  await makeRoom(scene)
  return (await own(scene).createVoice({ name: secretOf(scene) })).voice?.id ?? ''
}

/** One and a half seconds of a tone with pauses: as much of a voice as a measurement needs. */
export const recording = (): Uint8Array => {
  const pcm = Buffer.alloc(72_000)
  for (let at = 0; at < pcm.length / 2; at += 1) {
    const isPause = at % 8000 < 800
    const value = isPause ? 0 : ((at % 160) / 160 - 0.5) * 12_000
    pcm.writeInt16LE(Math.round(value), at * 2)
  }
  return wavOf(pcm)
}

const measured = { pitchHz: 150, rangeSemitones: 4, tempo: 4, signalToNoiseDb: 40, loudnessLufs: -20, clipped: 0 }

const samplesOf = (count: number) =>
  Array.from({ length: count }, (_, place) => ({
    id: crypto.randomUUID(),
    emotion: ['joy', 'fear', 'anger'][place % 3],
    text: 'as said',
    durationMs: 3000,
    size: 144_044,
    measured,
    problems: [],
    recordedAt: '2026-11-20T10:00:00Z',
  }))

/** A speaker with samples, who has agreed, and whose tier has room for voices. */
export const newTrainable = async (scene: Scene): Promise<{ voiceId: string; sampleId: string }> => {
  const voiceId = await newSpeaker(scene)
  const operator = createClient(SubscriptionService, scene.stage.transport(await scene.stage.operatorToken()))
  await operator.setTier({ userId: scene.person.id, tier: 'PLATINUM' })
  await own(scene).recordConsent({ voiceId, speakerName: 'Ann', statement: 'I agree that my voice is used.' })
  const samples = samplesOf(5)
  await scene.stage.databases.sql(
    'narration',
    `update voices set samples = $2::jsonb, status = 'collecting', revision = revision + 1 where id = $1`,
    voiceId,
    JSON.stringify(samples),
  )
  return { voiceId, sampleId: samples[0]?.id ?? '' }
}

const speech = {
  engine: 'embedded',
  model: 'espeak-ng',
  voice: 'm3',
  language: 'en',
  parts: [{ text: 'Well.' }],
  manner: '',
  rate: 1,
  pitch: 0,
  range: 1,
  volume: 0,
}

/** A narration with one part, as `status` has it. One that is to be made is not made before tomorrow. */
export const newNarration = async (scene: Scene, status: 'failed' | 'pending' = 'failed'): Promise<string> => {
  const [id, secret] = [crypto.randomUUID(), secretOf(scene)]
  const { databases } = scene.stage
  const isPending = status === 'pending'
  await databases.sql(
    'narration',
    `insert into narrations (id, story_id, user_id, status, voice_map, cast_ids, title, language, story_version,
       content_hash, run_id, segments_total, paid_characters, cost_micros, usage_key, stale, failure_reason, chapters,
       created_at, updated_at)
     values ($1, gen_random_uuid(), $2, $3, '{"narratorVoiceId":"","characterVoiceIds":{}}', '[]', $4, 'en', 1, 'x', $5,
       1, 0, 0, '', false, $6, '[]', now(), now())`,
    id,
    scene.person.id,
    status,
    secret,
    isPending ? 'run' : '',
    isPending ? '' : 'CANCELLED',
  )
  await databases.sql(
    'narration',
    `insert into narration_segments (narration_id, place, told, told_emotion, told_intensity, text, character_id, voice_id,
       emotion, intensity, pause_ms, chapter, speech, speech_key)
     values ($1, 0, $2, '', 0, $2, '', '', '', 0, 0, '', $3::jsonb, $4)`,
    id,
    secret,
    JSON.stringify(speech),
    'a'.repeat(64),
  )
  if (isPending)
    await databases.sql(
      'narration',
      `insert into work (id, kind, due_at) values ($1, 'narration', now() + interval '1 day')`,
      id,
    )
  return id
}

/** A narration that tells a story as it is; what is heard of it is not there. */
export const newToldNarration = async (scene: Scene): Promise<string> => {
  const [id, storyId] = [await newNarration(scene), await newStory(scene)]
  const { story } = await createClient(StoryService, scene.stage.transport(scene.person.token)).getStory({ storyId })
  const blob = `narration/stories/${scene.person.id}/${id}/told`
  const sound = {
    mp3: `${blob}.mp3`,
    opus: `${blob}.opus`,
    durationMs: 1000,
    contentHash: story?.contentHash,
    storyVersion: story?.version,
  }
  await scene.stage.databases.sql(
    'narration',
    'update narrations set story_id = $2, sound = $3::jsonb, completed_at = now() where id = $1',
    id,
    storyId,
    JSON.stringify(sound),
  )
  return id
}

/** Which story that is. */
export const toldStory = async ({ stage }: Scene, { narrationId }: Fields): Promise<string> => {
  const [row] = await stage.databases.sql<{ id: string }>(
    'narration',
    'select story_id::text as id from narrations where id = $1',
    narrationId,
  )
  return row?.id ?? ''
}

/** A story that was told to its end, as it is; what is heard of it is not there. */
export const newHeardStory = async (scene: Scene): Promise<{ storyId: string }> => {
  const narrationId = await newToldNarration(scene)
  await scene.stage.databases.sql(
    'narration',
    `update narrations set status = 'completed', failure_reason = '', story_version = (sound->>'storyVersion')::integer
     where id = $1`,
    narrationId,
  )
  return { storyId: await toldStory(scene, { narrationId }) }
}
