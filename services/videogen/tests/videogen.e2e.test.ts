import { createClient } from '@connectrpc/connect'
import { beforeAll, describe, expect, it } from 'vitest'
import { NarrationStatus } from '#gen/troupe/narration/v1/narration_pb.ts'
import { NarrationService } from '#gen/troupe/narration/v1/narration_service_pb.ts'
import { VoiceProvider } from '#gen/troupe/narration/v1/voice_pb.ts'
import { StoryStatus, StoryVisibility } from '#gen/troupe/story/v1/story_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { UsageResource } from '#gen/troupe/subscription/v1/usage_pb.ts'
import {
  ProviderHealth,
  VideoCaptions,
  VideoJobStatus,
  VideoProvider,
  VideoStage,
} from '#gen/troupe/videogen/v1/video_job_pb.ts'
import { VideoGenService } from '#gen/troupe/videogen/v1/videogen_service_pb.ts'
import { eventually, outcomeOf, type TestUser, testMesh } from '../../../tests/mesh.ts'
import { programsInstalled } from '../../shared/tests/installed-programs.ts'

const mesh = testMesh()
const filmsOf = (user: TestUser) => createClient(VideoGenService, user.transport)
const storiesOf = (user: TestUser) => createClient(StoryService, user.transport)

const content =
  'A girl called Greta lived at the mill by the river with her two small brothers, and the nights were long.'

let ann: TestUser

beforeAll(async () => {
  await programsInstalled()
  ann = await mesh.newAuthor('Ann Author')
})

/** A story that is told. */
const narrated = async (): Promise<string> => {
  const stories = storiesOf(ann)
  const { story } = await stories.createStory({ title: 'Mill', content, visibility: StoryVisibility.PUBLIC })
  const storyId = story?.id ?? ''
  const create = () => filmsOf(ann).createVideoJob({ storyId })
  expect(await outcomeOf(create())).toBe('NotFound NARRATION_NOT_FOUND')
  await stories.analyzeStory({ storyId })
  await eventually(async () => (await stories.getStory({ storyId })).story?.status === StoryStatus.ANALYZED)
  const narrations = createClient(NarrationService, ann.transport)
  // Spoken fast: drawing takes as long as what is said.
  const quick = { name: 'Quick', provider: VoiceProvider.EMBEDDED, stockVoice: 'f2', rate: 2 }
  const { voice } = await narrations.createVoice(quick)
  const { narration } = await narrations.generateNarration({ storyId, voiceMap: { narratorVoiceId: voice?.id ?? '' } })
  const narrationId = narration?.id ?? ''
  await eventually(async () => {
    const { narration: now } = await narrations.getNarration({ narrationId })
    return now?.status === NarrationStatus.COMPLETED
  }, 60_000)
  return storyId
}

describe('a story', () => {
  it('is filmed and followed to its end, seen in part, answered from what there is, and stopped', async () => {
    const storyId = await narrated()
    const films = filmsOf(ann)
    const { providers } = await films.listProviders({})
    expect(providers).toMatchObject([
      { provider: VideoProvider.EMBEDDED, health: ProviderHealth.UP, minuteCostMicros: 0n },
      ...[VideoProvider.RUNWAY, VideoProvider.LUMA, VideoProvider.PIKA].map((provider) => ({
        provider,
        health: ProviderHealth.NOT_CONFIGURED,
      })),
    ])
    const estimate = await films.estimateCost({ storyId })
    expect(estimate).toMatchObject({ provider: VideoProvider.EMBEDDED, costMicros: 0n, isCached: false })
    const { job } = await films.createVideoJob({ storyId })
    const jobId = job?.id ?? ''
    const seen: { status: VideoJobStatus; percent: number; stage: VideoStage; token: string }[] = []
    const follow = async (resumeToken = '') => {
      for await (const news of films.watchVideoJob({ jobId, resumeToken })) {
        if (news.heartbeat) continue
        const { percent = 0, stage = 0 } = news.progress ?? {}
        seen.push({ status: news.status, percent, stage, token: news.resumeToken })
        // Somebody else takes up where one stopped.
        if (seen.length === 2) return
        if (news.status > VideoJobStatus.PROCESSING) return
      }
    }
    await follow()
    await follow(seen.at(-1)?.token)
    expect(seen.at(-1)).toMatchObject({ status: VideoJobStatus.COMPLETED, percent: 100, stage: VideoStage.DONE })
    const percents = seen.map(({ percent }) => percent)
    expect(percents).toEqual(percents.toSorted((a, b) => a - b))
    const drawing = seen.filter(({ stage }) => stage === VideoStage.DRAWING)
    expect(new Set(drawing.map(({ percent }) => percent)).size).toBeGreaterThan(2)

    const { job: made } = await films.getVideoJob({ jobId })
    const video = made?.video
    expect(video).toMatchObject({ width: 1280, height: 720, captions: VideoCaptions.BURNT_IN })
    expect(Math.abs((video?.durationMs ?? 0) - estimate.durationMs)).toBeLessThan(100)
    const whole = await fetch(new URL(video?.url ?? '', mesh.url))
    expect([whole.headers.get('content-type'), BigInt((await whole.arrayBuffer()).byteLength)]).toEqual([
      'video/mp4',
      video?.size,
    ])
    const part = await fetch(new URL(video?.url ?? '', mesh.url), { headers: { range: 'bytes=4-7' } })
    expect([part.status, await part.text()]).toEqual([206, 'ftyp'])
    const picture = await fetch(new URL(video?.thumbnailUrl ?? '', mesh.url))
    expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/jpeg'])

    const usage = async () => {
      const { usage: used } = await createClient(SubscriptionService, ann.transport).getUsage({})
      return used.find(({ resource }) => resource === UsageResource.FILMS)
    }
    await eventually(async () => (await usage())?.used === 1n)
    const again = await films.createVideoJob({ storyId })
    expect([again.isCached, again.job?.id, again.job?.status]).toEqual([true, jobId, VideoJobStatus.COMPLETED])

    const reader = await mesh.newUser()
    const watch = () => filmsOf(reader).getFilm({ storyId })
    expect(await outcomeOf(watch())).toBe('NotFound FILM_NOT_FOUND')
    await storiesOf(ann).publishStory({ storyId })
    const shown = await eventually(async () => ((await outcomeOf(watch())) === 'in' ? watch() : undefined))
    expect(shown.film).toMatchObject({ jobId, durationMs: video?.durationMs })
    expect(await outcomeOf(filmsOf(reader).getVideoJob({ jobId }))).toBe('NotFound VIDEO_JOB_NOT_FOUND')

    const soft = await films.createVideoJob({ storyId, configuration: { captions: VideoCaptions.SOFT } })
    const softId = soft.job?.id ?? ''
    for await (const { status } of films.watchVideoJob({ jobId: softId }))
      if (status === VideoJobStatus.PROCESSING) break
    await films.cancelVideoJob({ jobId: softId })
    expect((await films.getVideoJob({ jobId: softId })).job?.status).toBe(VideoJobStatus.CANCELLED)
    const { jobs } = await films.listVideoJobs({ storyId })
    expect(jobs.map(({ id }) => id)).toEqual([softId, jobId])
    expect((await usage())?.used).toBe(1n)
    await storiesOf(ann).deleteStory({ storyId })
    await eventually(async () => (await outcomeOf(films.getVideoJob({ jobId }))) === 'NotFound VIDEO_JOB_NOT_FOUND')
  })
})
