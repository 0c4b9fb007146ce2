import type { ServiceImpl } from '@connectrpc/connect'
import type { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { caller } from '#shared/presentation/gate.ts'
import type { StoryApp } from '../application/app.ts'
import { fromVisibility, toStory } from './convert.ts'

/** Writing stories. */
export const storyHandlers = (app: StoryApp) =>
  ({
    createStory: async ({ title, content, language, visibility, category, genre }, context) => {
      const init = { title, content, language, category, genre, visibility: fromVisibility(visibility) ?? 'public' }
      return { story: toStory(await app.createStory(caller(context), init)) }
    },
    updateStory: async ({ storyId, expectedVersion, ...change }, context) => {
      const visibility = change.visibility === undefined ? undefined : fromVisibility(change.visibility)
      const { title, content, language, category, genre } = change
      const changed = { title, content, language, category, genre, visibility }
      return { story: toStory(await app.updateStory(caller(context), storyId, expectedVersion, changed)) }
    },
    deleteStory: async ({ storyId }, context) => {
      await app.deleteStory(caller(context), storyId)
      return {}
    },
    archiveStory: async ({ storyId }, context) => ({
      story: toStory(await app.archiveStory(caller(context), storyId)),
    }),
    customizeStory: async ({ storyId, coverUrl, accentColor, defaultNarratorVoiceId, shellLanguage }, context) => {
      const change = { coverUrl, accentColor, defaultNarratorVoiceId, shellLanguage }
      return { story: toStory(await app.customizeStory(caller(context), storyId, change)) }
    },
  }) satisfies Partial<ServiceImpl<typeof StoryService>>
