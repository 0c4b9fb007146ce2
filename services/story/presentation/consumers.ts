import {
  ProfileUpdatedSchema,
  UserDeletedSchema,
  UserRegisteredSchema,
} from '#gen/troupe/identity/v1/identity_events_pb.ts'
import { StoryAnalysisRequestedSchema } from '#gen/troupe/story/v1/story_events_pb.ts'
import { type ConsumerDefinition, project, react } from '#shared/application/consumers.ts'
import { callContext } from '#shared/infrastructure/call-context.ts'
import type { StoryApp } from '../application/app.ts'

interface Authors {
  remember(authorId: string, displayName: string): void
  forget(authorId: string): void
}

/** What story does about events: keeps its authors' names and analyses texts. */
export const consumers = (app: StoryApp, authors: Authors): ConsumerDefinition[] => [
  project('authors', ['authors'], [UserRegisteredSchema, ProfileUpdatedSchema, UserDeletedSchema], (event) => {
    if (event.$typeName === 'troupe.identity.v1.UserDeleted') authors.forget(event.userId)
    else authors.remember(event.userId, event.displayName)
  }),
  react('analyze', [StoryAnalysisRequestedSchema], ({ storyId, contentHash }) =>
    app.runAnalysis(storyId, contentHash, callContext().signal),
  ),
]
