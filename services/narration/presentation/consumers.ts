import {
  CollaborationCancelledSchema,
  CollaboratorVoiceReadySchema,
} from '#gen/troupe/collaboration/v1/collaboration_events_pb.ts'
import { StoryAnalyzedSchema, StoryDeletedSchema, StoryUpdatedSchema } from '#gen/troupe/story/v1/story_events_pb.ts'
import { type ConsumerDefinition, react } from '#shared/application/consumers.ts'
import type { NarrationApp } from '../application/app.ts'

/**
 * What narration does about stories: tells them, and notes what is out of date; what is deleted goes here, too. Lines that
 * were recorded for them are taken from then on.
 */
export const consumers = (app: NarrationApp): ConsumerDefinition[] => [
  react('stories', [StoryAnalyzedSchema, StoryUpdatedSchema, StoryDeletedSchema], async (event) => {
    switch (event.$typeName) {
      case 'troupe.story.v1.StoryAnalyzed':
        return app.narrateWhenAnalyzed(event.authorId, event.storyId)
      case 'troupe.story.v1.StoryUpdated':
        return event.contentChanged ? app.outdateNarration(event.storyId) : undefined
      case 'troupe.story.v1.StoryDeleted':
        return app.removeNarration(event.storyId)
    }
  }),
  react('recordings', [CollaboratorVoiceReadySchema, CollaborationCancelledSchema], async (event) => {
    if (event.$typeName === 'troupe.collaboration.v1.CollaborationCancelled') return app.forgetSession(event.sessionId)
    const { sessionId, storyId, hostId: ownerId, characterId, userId: speakerId, lines } = event
    return app.useRecordings({ sessionId, storyId, ownerId, characterId, speakerId }, lines)
  }),
]
