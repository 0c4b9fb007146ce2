import type { Page, Paged } from '#shared/application/paged.ts'
import type { Clock } from '#shared/domain/clock.ts'
import type { Ids } from '#shared/domain/ids.ts'
import type { Measures, Span } from '#shared/domain/recording.ts'
import type { VoiceContribution } from '../domain/contribution.ts'
import type { Invitation } from '../domain/invitation.ts'
import type { Script } from '../domain/script.ts'
import type { CollaborationSession } from '../domain/session.ts'
import type { Recorded, SessionLine } from '../domain/session-parts.ts'
import type { Template } from '../domain/template.ts'

export interface Sessions {
  find(id: string): Promise<CollaborationSession | undefined>
  activeOf(storyId: string): Promise<CollaborationSession | undefined>
  ofHost(userId: string, limit: number): Promise<CollaborationSession[]>
  /** Those that somebody hosts or takes part in. */
  list(userId: string, page: Page): Promise<Paged<CollaborationSession>>
  /** Ids of active ones whose time is over. */
  due(now: Date, seen: readonly string[]): Promise<string[]>
  add(session: CollaborationSession, lines: readonly SessionLine[]): void
  /** With all that belongs to it. */
  remove(id: string): void
}

export interface Invitations {
  find(id: string): Promise<Invitation | undefined>
  /** Those of a session that are pending or accepted. */
  open(sessionId: string): Promise<Invitation[]>
  /** By which somebody takes part in a session. */
  ofMember(sessionId: string, userId: string): Promise<Invitation | undefined>
  /** By which somebody takes part anywhere. */
  ofUser(userId: string, limit: number): Promise<Invitation[]>
  list(sessionId: string, page: Page): Promise<Paged<Invitation>>
  /** Ids of pending ones whose time is over. */
  due(now: Date, seen: readonly string[]): Promise<string[]>
  add(invitation: Invitation): void
  /** Has the unit run again when an account that joins is gone by then. */
  keepMember(userId: string): void
}

export type LineView = SessionLine & { isPending: boolean; contributionId: string }

export interface Lines {
  /** Of one character; of all for undefined. */
  page(sessionId: string, characterId: string | undefined, page: Page): Promise<Paged<LineView>>
  /** All of one character, in the order of the story. */
  of(sessionId: string, characterId: string): Promise<LineView[]>
  /** Those with an approved recording. */
  recorded(sessionId: string, characterId: string): Promise<Recorded[]>
  /** A recording's lines replace older ones. */
  approve(contribution: VoiceContribution): void
}

export interface Contributions {
  find(id: string): Promise<VoiceContribution | undefined>
  /** How many of somebody's wait for the host. */
  waiting(participantId: string): Promise<number>
  ofParticipant(participantId: string): Promise<{ id: string; isApproved: boolean }[]>
  /** Of one participant; of all for undefined. */
  list(sessionId: string, participantId: string | undefined, page: Page): Promise<Paged<VoiceContribution>>
  /** Of a member, who must not be gone by then. */
  add(contribution: VoiceContribution, userId: string | undefined): void
  removeThose(ids: readonly string[]): void
  removeOfSession(sessionId: string): void
}

export interface Templates {
  find(id: string): Promise<Template | undefined>
  count(ownerId: string): Promise<number>
  list(ownerId: string, page: Page): Promise<Paged<Template>>
  add(template: Template): void
  remove(id: string): void
  forget(ownerId: string): void
}

export interface People {
  /** Public names, of those that are known. */
  names(ids: readonly string[]): Promise<ReadonlyMap<string, string>>
  remember(userId: string, displayName: string): void
  forget(userId: string): void
  /** Lets nobody add anything of theirs from then on. */
  leave(userId: string): Promise<void>
}

export interface Presence {
  /** Somebody looks on, for some seconds more. */
  note(sessionId: string, who: string, watcher: string): Promise<void>
  leave(watcher: string): Promise<void>
  /** Who looks on now. */
  of(sessionId: string): Promise<ReadonlySet<string>>
}

/** What an invitation knows of people; it takes the master key to read. */
export interface Secrets {
  seal(id: string, text: string): string
  unseal(id: string, sealed: string): string
  /** The token of an invitation's link: its id, and a proof of 256 bits. */
  tokenOf(invitationId: string): string
  /** The invitation that a token opens; undefined for a token that is none. */
  read(token: string): string | undefined
  linkOf(token: string): string
}

export interface Stories {
  /** Throws STORY_NOT_FOUND. */
  script(storyId: string): Promise<Script>
  /** Whether anybody may read it. */
  isPublished(storyId: string): Promise<boolean>
}

export interface Quota {
  /** Sets a collaborator aside until InvitationSent takes it. Throws LIMIT_REACHED. */
  reserve(hostId: string, key: string): Promise<void>
}

export interface GuestToken {
  token: string
  expiresAt: Date | undefined
}

/** A recording that was taken in. */
interface TakenRecording {
  durationMs: number
  size: number
  sounding: readonly Span[]
  measured: Measures
}

export interface RecordingKey {
  sessionId: string
  contributionId: string
}

export interface Studio {
  /** Takes a recording in and keeps what was decoded. Throws what the contract says of files. */
  takeIn(key: RecordingKey, data: AsyncIterable<Uint8Array>, turn: string, signal: AbortSignal): Promise<TakenRecording>
  blobOf(key: RecordingKey): string
  remove(keys: readonly RecordingKey[]): Promise<void>
  removeOfSession(sessionId: string): Promise<void>
}

/** What the use cases of collaboration need. */
export interface Ports {
  sessions: Sessions
  invitations: Invitations
  lines: Lines
  contributions: Contributions
  templates: Templates
  people: People
  presence: Presence
  secrets: Secrets
  stories: Stories
  quota: Quota
  studio: Studio
  /** Asks for a token that lets a guest in to a session. */
  guestToken: (guest: { id: string; displayName: string; sessionId: string; lifetimeMs: number }) => Promise<GuestToken>
  clock: Clock
  ids: Ids
  /** Runs a unit of work of its own and commits it. */
  apart: <T>(purpose: string, run: () => Promise<T>) => Promise<T>
  /** Runs a read outside of a unit. */
  read: <T>(run: () => Promise<T>) => Promise<T>
  watch: (topic: string, signal: AbortSignal) => AsyncIterable<boolean>
  /** Tells who follows a session, once the unit is committed. */
  tellWatchers: (sessionId: string) => void
  /** As `tellWatchers`, at once. */
  notify: (sessionId: string) => void
  /** Something went wrong that need not stop the rest. */
  troubled: (what: string, id: string, error: unknown) => void
}
