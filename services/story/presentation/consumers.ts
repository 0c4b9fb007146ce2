import {
  InvitationAcceptedSchema,
  InvitationRevokedSchema,
} from '#gen/troupe/collaboration/v1/collaboration_events_pb.ts'
import {
  ProfileUpdatedSchema,
  UserDeletedSchema,
  UserRegisteredSchema,
} from '#gen/troupe/identity/v1/identity_events_pb.ts'
import {
  NarrationGeneratedSchema,
  NarrationRegeneratedSchema,
  VoiceClonedSchema,
  VoiceDeletedSchema,
} from '#gen/troupe/narration/v1/narration_events_pb.ts'
import { StoryAnalysisRequestedSchema } from '#gen/troupe/story/v1/story_events_pb.ts'
import { type ConsumerDefinition, project, react } from '#shared/application/consumers.ts'
import { callContext } from '#shared/infrastructure/call-context.ts'
import type { StoryApp } from '../application/app.ts'

interface Authors {
  remember(authorId: string, displayName: string): void
  forget(authorId: string): void
}

interface Narrations {
  noteNarration(told: {
    storyId: string
    narrationId: string
    storyVersion: number
    contentHash: string
    durationMs: number
  }): void
  offerVoice(ownerId: string, voiceId: string): void
  withdrawVoice(voiceId: string): void
}

interface Collaborators {
  joined(storyId: string, participantId: string): void
  left(storyId: string, participantId: string): void
}

/** What story does about events: keeps its authors' names, notes what tells a story, and analyses texts. */
export const consumers = (
  app: StoryApp,
  authors: Authors,
  narrations: Narrations,
  collaborators: Collaborators,
): ConsumerDefinition[] => [
  project('authors', ['authors'], [UserRegisteredSchema, ProfileUpdatedSchema, UserDeletedSchema], (event) => {
    if (event.$typeName === 'troupe.identity.v1.UserDeleted') authors.forget(event.userId)
    else authors.remember(event.userId, event.displayName)
  }),
  project('narrations', ['story_narrations'], [NarrationGeneratedSchema, NarrationRegeneratedSchema], (event) =>
    narrations.noteNarration(event),
  ),
  // A participant is who accepted an invitation, and goes with it.
  project('collaborators', ['story_collaborators'], [InvitationAcceptedSchema, InvitationRevokedSchema], (event) => {
    const { storyId, invitationId } = event
    if (event.$typeName === 'troupe.collaboration.v1.InvitationAccepted') collaborators.joined(storyId, invitationId)
    else collaborators.left(storyId, invitationId)
  }),
  project('voices', ['offered_voices'], [VoiceClonedSchema, VoiceDeletedSchema], (event) => {
    if (event.$typeName === 'troupe.narration.v1.VoiceDeleted') narrations.withdrawVoice(event.voiceId)
    else narrations.offerVoice(event.userId, event.voiceId)
  }),
  react('analyze', [StoryAnalysisRequestedSchema], ({ storyId, contentHash }) =>
    app.runAnalysis(storyId, contentHash, callContext().signal),
  ),
]
