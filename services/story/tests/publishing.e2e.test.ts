import { type CallOptions, createClient } from '@connectrpc/connect'
import { beforeAll, describe, expect, it } from 'vitest'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { NarrationService } from '#gen/troupe/narration/v1/narration_service_pb.ts'
import { type Publishing, PublishingOption, PublishingStatus } from '#gen/troupe/story/v1/publishing_pb.ts'
import { StoryStatus, StoryVisibility } from '#gen/troupe/story/v1/story_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { UsageResource } from '#gen/troupe/subscription/v1/usage_pb.ts'
import { VideoGenService } from '#gen/troupe/videogen/v1/videogen_service_pb.ts'
import { eventually, type TestUser, testMesh } from '../../../tests/mesh.ts'
import { programsInstalled } from '../../shared/tests/installed-programs.ts'

const mesh = testMesh()
const { FAILED, FILMING, NARRATING, PUBLISHED } = PublishingStatus
const { INCLUDED, LEFT_OUT } = PublishingOption

const content =
  'A girl called Greta lived at the mill by the river with her two small brothers, and the nights were long.'

beforeAll(() => programsInstalled())

const storiesOf = (user: TestUser) => createClient(StoryService, user.transport)

const analysed = async (user: TestUser): Promise<string> => {
  const stories = storiesOf(user)
  const { story } = await stories.createStory({ title: 'Mill', content, visibility: StoryVisibility.PUBLIC })
  const storyId = story?.id ?? ''
  await stories.analyzeStory({ storyId })
  await eventually(async () => (await stories.getStory({ storyId })).story?.status === StoryStatus.ANALYZED)
  return storyId
}

/** Publishes a story and follows it to the end; answers every state of the publication that was told. */
const publish = async (
  user: TestUser,
  storyId: string,
  wish: object,
  options: CallOptions = {},
): Promise<Publishing[]> => {
  const { publishing: begun } = await storiesOf(user).publishStory({ storyId, ...wish }, options)
  const seen: Publishing[] = []
  for await (const { publishing } of storiesOf(user).watchStory({ storyId })) {
    if (publishing?.id !== begun?.id || !publishing) continue
    seen.push(publishing)
    if (publishing.status === PUBLISHED || publishing.status === FAILED) break
  }
  return seen
}

const filmsUsed = async (user: TestUser) => {
  const { usage } = await createClient(SubscriptionService, user.transport).getUsage({})
  const films = usage.find(({ resource }) => resource === UsageResource.FILMS)
  return [films?.used, films?.reserved]
}

describe('a story that is published', () => {
  it('is narrated and filmed first, followed in percent, and neither is made or counted again', async () => {
    const user = await mesh.newUser('Ann Author')
    const storyId = await analysed(user)
    let correlationId = ''
    const onHeader = (headers: Headers) => {
      correlationId = headers.get('x-correlation-id') ?? ''
    }
    const seen = await publish(user, storyId, { film: INCLUDED }, { onHeader })
    expect(seen.at(-1)).toMatchObject({ status: PUBLISHED, percent: 100, failureReason: '' })
    expect(seen.map(({ status }) => status)).toEqual(expect.arrayContaining([NARRATING, FILMING]))
    const percents = seen.map(({ percent }) => percent)
    expect(percents).toEqual(percents.toSorted((a, b) => a - b))
    const { narrationId, videoJobId } = seen.at(-1) as Publishing
    const reader = await mesh.newUser()
    const heard = await createClient(NarrationService, reader.transport).getNarration({ narrationId })
    const { film } = await createClient(VideoGenService, reader.transport).getFilm({ storyId })
    expect(film?.jobId).toBe(videoJobId)
    expect(Math.abs((film?.durationMs ?? 0) - (heard.narration?.audio?.durationMs ?? 0))).toBeLessThan(100)
    await eventually(async () => String(await filmsUsed(user)) === '1,0')
    // Hours later or at once: all of it is known to have come of that call.
    const { nodes } = await createClient(MeshService, await mesh.operator()).traceCausation({ correlationId })
    const names = nodes.map(({ name }) => name.split('.').at(-1))
    expect(names).toEqual(expect.arrayContaining(['NarrationGenerated', 'VideoGenerated', 'StoryPublished']))

    // Another text: a film is left out where none is left, unless it was asked for; then all is as it was.
    const other = await analysed(user)
    const [undone] = (await publish(user, other, { narration: LEFT_OUT, film: INCLUDED })).slice(-1)
    expect(undone).toMatchObject({ status: FAILED, failureReason: 'A story that is not narrated cannot be filmed.' })
    const { story } = await storiesOf(user).getStory({ storyId: other })
    expect(story?.status).toBe(StoryStatus.ANALYZED)
    const limited = await publish(user, other, { film: INCLUDED })
    expect(limited.at(-1)).toMatchObject({
      status: FAILED,
      failureReason: 'Your subscription has no film left in this period.',
    })
    const whole = await publish(user, other, {})
    expect(whole.at(-1)).toMatchObject({ status: PUBLISHED, videoJobId: '' })
    expect(whole.map(({ status }) => status)).not.toContain(FILMING)
    expect(String(await filmsUsed(user))).toBe('1,0')
  })
})
