import { CollaborationCompletedSchema } from '#gen/troupe/collaboration/v1/collaboration_events_pb.ts'
import { NarrationGeneratedSchema, NarrationRegeneratedSchema } from '#gen/troupe/narration/v1/narration_events_pb.ts'
import { StoryDeletedSchema } from '#gen/troupe/story/v1/story_events_pb.ts'
import { type ConsumerDefinition, react } from '#shared/application/consumers.ts'
import type { VideogenApp } from '../application/app.ts'

/** What videogen does about stories: films those that all were heard in, and removes the films of deleted ones. */
export const consumers = (app: VideogenApp): ConsumerDefinition[] => [
  react('stories', [StoryDeletedSchema], ({ storyId }) => app.removeFilms(storyId)),
  react('collaborations', [CollaborationCompletedSchema], ({ storyId, hostId }) => app.awaitVoices(storyId, hostId)),
  react('narrations', [NarrationGeneratedSchema, NarrationRegeneratedSchema], ({ storyId }) => app.heardAnew(storyId)),
]
