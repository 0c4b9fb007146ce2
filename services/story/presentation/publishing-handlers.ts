import type { ServiceImpl } from '@connectrpc/connect'
import type { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { dateOf, timestamp } from '#shared/domain/timestamp.ts'
import { caller } from '#shared/presentation/gate.ts'
import type { StoryApp } from '../application/app.ts'
import { fromOption, toAnalysis, toPublishing, toStatus } from './convert.ts'

/** Publishing stories, sharing them, and following both. */
export const publishingHandlers = (app: StoryApp) =>
  ({
    publishStory: async ({ storyId, narration, film, allowPartial }, context) => {
      const wishes = { narration: fromOption(narration), film: fromOption(film), allowPartial }
      return { publishing: toPublishing(await app.publishStory(caller(context), storyId, wishes)) }
    },
    getPublishing: async ({ storyId }, context) => ({
      publishing: toPublishing(await app.getPublishing(caller(context), storyId)),
    }),
    shareStory: async ({ storyId, expiresAt }, context) => {
      const { id, token, ...share } = await app.shareStory(caller(context), storyId, dateOf(expiresAt))
      return { shareId: id, shareToken: token, expiresAt: timestamp(share.expiresAt) }
    },
    watchStory: async function* ({ storyId, resumeToken }, context) {
      for await (const news of app.watchStory(caller(context), storyId, resumeToken, context.signal)) {
        const { state } = news
        if (!state) {
          yield { resumeToken: news.resumeToken, heartbeat: true }
          continue
        }
        const { status, version, analysis, publishing } = state
        yield {
          resumeToken: news.resumeToken,
          status: toStatus(status),
          version,
          ...(analysis ? { analysis: toAnalysis(analysis) } : {}),
          ...(publishing ? { publishing: toPublishing(publishing) } : {}),
        }
      }
    },
    validatePublishing: async ({ publishingId }) => ({ problems: await app.validatePublishing(publishingId) }),
    advancePublishing: async ({ publishingId, ...made }) => {
      await app.advancePublishing(publishingId, made)
      return {}
    },
    completePublishing: async ({ publishingId }) => {
      await app.completePublishing(publishingId)
      return {}
    },
    abortPublishing: async ({ publishingId, reason }) => {
      await app.abortPublishing(publishingId, reason)
      return {}
    },
  }) satisfies Partial<ServiceImpl<typeof StoryService>>
