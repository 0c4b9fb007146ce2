import { createClient } from '@connectrpc/connect'
import { PublishingOption } from '#gen/troupe/story/v1/publishing_pb.ts'
import { StoryVisibility } from '#gen/troupe/story/v1/story_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { wavOf } from '#shared/infrastructure/sound/pcm.ts'
import { createSecrets } from '../../../services/collaboration/infrastructure/secrets.ts'
import { EnvReader } from '../../../services/shared/infrastructure/config.ts'
import { eventually } from '../../mesh.ts'
import type { Fields } from '../call.ts'
import { goodClaims, signClaims } from '../stage/keys.ts'
import type { Scene } from './recipe.ts'
import { newAnalysedStory, plainTale } from './story-scenes.ts'

const samplesPerMs = 24

/** A voice that says some lines, each as long as it is said to be, with pauses between. */
export const spoken = (linesMs: readonly number[], pauseMs = 600): Uint8Array => {
  const parts = linesMs.flatMap((ms) => {
    const line = Buffer.alloc(2 * samplesPerMs * ms)
    for (let at = 0; at < line.length / 2; at += 1) {
      // A dip in every third of a second makes syllables of it.
      const value = at % 8000 < 800 ? 0 : ((at % 160) / 160 - 0.5) * 12_000
      line.writeInt16LE(Math.round(value), at * 2)
    }
    return [line, Buffer.alloc(2 * samplesPerMs * pauseMs)]
  })
  return wavOf(Buffer.concat(parts))
}

const measured = { pitchHz: 150, rangeSemitones: 4, tempo: 4, signalToNoiseDb: 40, loudnessLufs: -20, clipped: 0 }

interface Parts {
  /** Somebody is invited, or takes part: the person, or a guest. */
  invited?: 'pending' | 'person' | 'guest'
  /** What they handed in waits for the host, or is approved. */
  recorded?: 'pending' | 'approved'
  /** Somebody else hosts it. */
  isOthers?: boolean
}

export interface StagedSession {
  sessionId: string
  characterId: string
  invitationId: string
  contributionId: string
}

/** A session with one character that has one line, as far as it has come. */
export const newSession = async (scene: Scene, { invited, recorded, isOthers }: Parts = {}): Promise<StagedSession> => {
  const { person, stage } = scene
  const sql = (text: string, ...values: unknown[]) => stage.databases.sql('collaboration', text, ...values)
  const secret = `secret-${crypto.randomUUID()}`
  person.secrets.push(secret)
  const id = () => crypto.randomUUID()
  const [sessionId, storyId, characterId, invitationId, contributionId] = [id(), id(), id(), id(), id()]
  const now = stage.clock.now()
  const inDays = (days: number) => new Date(now.getTime() + days * 24 * 60 * 60_000)
  const hostId = isOthers ? id() : person.id
  const isJoined = invited === 'person' || invited === 'guest'
  const role = {
    characterId,
    name: 'Greta',
    lines: 1,
    approved: recorded === 'approved' ? 1 : 0,
    pending: recorded === 'pending' ? 1 : 0,
    invitationId: invited ? invitationId : '',
    isJoined,
    mayRecord: invited !== undefined,
    isTold: false,
  }
  await sql(
    `insert into sessions (id, story_id, host_id, title, language, status, max_participants, roles, created_at, expires_at)
     values ($1, $2, $3, $4, 'en', 'active', 5, $5::jsonb, $6, $7)`,
    ...[sessionId, storyId, hostId, `The mill ${secret}`, JSON.stringify([role]), now, inDays(30)],
  )
  await sql(
    `insert into session_lines (session_id, place, character_id, text) values ($1, 0, $2, 'Well.')`,
    ...[sessionId, characterId],
  )
  if (invited) {
    const secrets = createSecrets(stage.masterKey, new EnvReader({}))
    await sql(
      `insert into invitations (id, session_id, story_id, host_id, character_id, by_phone, recipient, usage_key,
         can_record, can_regenerate, status, reason, sending, user_id, display_name, created_at, expires_at, joined_at)
       values ($1, $2, $3, $4, $5, false, $6, $7, true, true, $8, '', 1, $9, $10, $12, $13, $11)`,
      ...[invitationId, sessionId, storyId, hostId, characterId],
      isJoined ? '' : secrets.seal(invitationId, person.email),
      id(),
      isJoined ? 'accepted' : 'pending',
      invited === 'person' ? person.id : null,
      invited === 'guest' ? secrets.seal(invitationId, 'Gus') : '',
      isJoined ? now : null,
      now,
      inDays(5),
    )
  }
  if (recorded) {
    const cut = { place: 0, text: 'Well.', startMs: 10, endMs: 900 }
    await sql(
      `insert into contributions (id, session_id, story_id, participant_id, character_id, status, reason, duration_ms, size,
         measured, problems, cuts, created_at, reviewed_at)
       values ($1, $2, $3, $4, $5, $6, '', 1000, 48044, $7::jsonb, '[]', $8::jsonb, $10, $9)`,
      ...[contributionId, sessionId, storyId, invitationId, characterId, recorded],
      JSON.stringify(measured),
      JSON.stringify([cut]),
      recorded === 'approved' ? now : null,
      now,
    )
    if (recorded === 'approved')
      await sql(
        'update session_lines set contribution_id = $2, start_ms = 10, end_ms = 900 where session_id = $1',
        ...[sessionId, contributionId],
      )
  }
  return { sessionId, characterId, invitationId, contributionId }
}

/** The token of the link of an invitation to a session of the person's that nobody has answered. */
export const newInvitationToken = async (scene: Scene): Promise<string> => {
  const { invitationId } = await newSession(scene, { invited: 'pending' })
  return createSecrets(scene.stage.masterKey, new EnvReader({})).tokenOf(invitationId)
}

/** A token of a guest of a session; nothing else about it need be right. */
export const guestOf = async ({ stage }: Scene, { sessionId, invitationId }: StagedSession): Promise<string> => {
  const said = { name: 'Gus', guest_of: { type: 'collaboration_session', id: sessionId } }
  return signClaims(goodClaims(stage.clock.now(), `guest:${invitationId}`, said), await stage.signingKey())
}

/** A tier with room for whom the person invites. */
export const withRoom = async ({ stage, person }: Scene): Promise<void> => {
  const operator = createClient(SubscriptionService, stage.transport(await stage.operatorToken()))
  await operator.setTier({ userId: person.id, tier: 'PLATINUM' })
}

/** A template of the person's, of a story that has such a character or not. */
export const newTemplate = async ({ stage, person }: Scene): Promise<string> => {
  const [id, secret] = [crypto.randomUUID(), `secret-${crypto.randomUUID()}`]
  person.secrets.push(secret)
  await stage.databases.sql(
    'collaboration',
    `insert into templates (id, owner_id, story_id, name, roles, created_at)
     values ($1, $2, gen_random_uuid(), $3, $4::jsonb, $5)`,
    id,
    person.id,
    secret,
    JSON.stringify([{ characterId: crypto.randomUUID(), name: 'Greta' }]),
    stage.clock.now(),
  )
  return id
}

/** A published story of the person's, and a character of it. */
export const newPublishedCast = async (scene: Scene): Promise<Fields> => {
  const { stage, person } = scene
  const stories = createClient(StoryService, stage.transport(person.token))
  const storyId = await newAnalysedStory(scene, { ...plainTale, visibility: StoryVisibility.PUBLIC })
  await stories.publishStory({ storyId, narration: PublishingOption.LEFT_OUT, film: PublishingOption.LEFT_OUT })
  await eventually(async () => (await stories.getStory({ storyId })).story?.publishedAt)
  const { characters } = await stories.listCharacters({ storyId })
  return { storyId, characterIds: [characters[0]?.id ?? ''] }
}
