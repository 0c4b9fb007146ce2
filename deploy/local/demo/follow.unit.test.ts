import type { MessageInitShape } from '@bufbuild/protobuf'
import { Code, ConnectError, createRouterTransport } from '@connectrpc/connect'
import { expect, test } from 'vitest'
import { StoryStatus } from '#gen/troupe/story/v1/story_pb.ts'
import { StoryService, type WatchStoryResponseSchema } from '#gen/troupe/story/v1/story_service_pb.ts'
import { clientOf } from '#shared/infrastructure/clients/client.ts'
import { followStory } from './follow.ts'

type Answer = MessageInitShape<typeof WatchStoryResponseSchema>

/** A server whose streams go as scripted: answers, and an error that ends the stream or nothing that does. */
const scripted = (...streams: { answers: Answer[]; error?: Code }[]) => {
  const resumed: string[] = []
  const transport = createRouterTransport(({ service }) =>
    service(StoryService, {
      watchStory: async function* ({ resumeToken }) {
        resumed.push(resumeToken)
        const { answers, error } = streams[resumed.length - 1] ?? { answers: [] }
        yield* answers
        if (error) throw new ConnectError('scripted', error)
      },
    }),
  )
  return { stories: clientOf(StoryService, transport), resumed }
}

const analysed = ({ status }: { status: StoryStatus }) => (status === StoryStatus.ANALYZED ? 'analysed' : undefined)
const running = { resumeToken: 'a', status: StoryStatus.ANALYZING }
const done = { resumeToken: 'b', status: StoryStatus.ANALYZED }

test('a stream is followed until it is settled; heartbeats say nothing', async () => {
  const heartbeat = { heartbeat: true, status: StoryStatus.ANALYZED }
  const { stories, resumed } = scripted({ answers: [heartbeat, running, done] })
  const seen: StoryStatus[] = []
  const outcome = await followStory(stories, 's', (answer) => {
    seen.push(answer.status)
    return analysed(answer)
  })
  expect(outcome).toBe('analysed')
  expect(seen).toEqual([StoryStatus.ANALYZING, StoryStatus.ANALYZED])
  expect(resumed).toEqual([''])
})

test('a stream that breaks or ends is resumed after the last answer', async () => {
  const { stories, resumed } = scripted(
    { answers: [running], error: Code.Unavailable },
    { answers: [] },
    { answers: [done] },
  )
  expect(await followStory(stories, 's', analysed)).toBe('analysed')
  expect(resumed).toEqual(['', 'a', 'a'])
})

test('a refusal is final, and so is what settling throws', async () => {
  const { stories, resumed } = scripted({ answers: [], error: Code.NotFound }, { answers: [done] })
  await expect(followStory(stories, 's', analysed)).rejects.toMatchObject({ code: Code.NotFound })
  expect(resumed).toHaveLength(1)
  const failing = followStory(stories, 's', () => {
    throw new Error('the analysis failed')
  })
  await expect(failing).rejects.toThrow('the analysis failed')
})
