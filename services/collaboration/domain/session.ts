import {
  CollaborationCancelledSchema,
  CollaborationCompletedSchema,
  CollaborationStartedSchema,
  CollaboratorVoiceReadySchema,
  ParticipantJoinedSchema,
} from '#gen/troupe/collaboration/v1/collaboration_events_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { invalid, notFound, precondition } from '#shared/domain/errors.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import type { CancelReason, Recorded, Role, SessionInit, SessionStatus } from './session-parts.ts'

export const sessionNotFound = () => notFound('SESSION_NOT_FOUND', 'there is no such session')

const unspoken = { approved: 0, pending: 0, invitationId: '', isJoined: false, mayRecord: false, isTold: false }

/** A story that is recorded by its host and those whom they invite: who speaks whom, and how far that is. */
export class CollaborationSession extends Aggregate {
  readonly id: string
  readonly storyId: string
  readonly hostId: string
  readonly title: string
  readonly language: string
  readonly maxParticipants: number
  readonly createdAt: Date
  readonly expiresAt: Date
  status: SessionStatus = 'active'
  roles: Role[]
  endedAt: Date | undefined

  constructor({ lifetimeMs, roles, ...init }: SessionInit, now: Date) {
    super()
    this.id = init.id
    this.storyId = init.storyId
    this.hostId = init.hostId
    this.title = init.title
    this.language = init.language
    this.maxParticipants = init.maxParticipants
    this.createdAt = now
    this.expiresAt = new Date(now.getTime() + lifetimeMs)
    this.roles = roles.map((role) => ({ ...role, ...unspoken }))
    this.record(CollaborationStartedSchema, { ...this.facts, expiresAt: timestamp(this.expiresAt) })
  }

  private get facts() {
    return { sessionId: this.id, storyId: this.storyId, hostId: this.hostId }
  }

  get isActive(): boolean {
    return this.status === 'active'
  }

  mustBeActive(): void {
    if (!this.isActive) throw precondition('SESSION_OVER', 'the session is over')
  }

  /** Throws UNKNOWN_CHARACTER. */
  role(characterId: string): Role {
    const role = this.roles.find((each) => each.characterId === characterId)
    if (!role) throw invalid('character_id', 'UNKNOWN_CHARACTER', 'the session has no such character')
    return role
  }

  private change(characterId: string, change: Partial<Role>): void {
    this.roles = this.roles.map((role) => (role.characterId === characterId ? { ...role, ...change } : role))
  }

  /** Throws SESSION_OVER, UNKNOWN_CHARACTER, CHARACTER_TAKEN, SESSION_FULL when nobody can be invited for a character. */
  mustHaveRoomFor(characterId: string): void {
    this.mustBeActive()
    if (this.role(characterId).invitationId !== '')
      throw precondition('CHARACTER_TAKEN', 'somebody speaks this character, or is invited to')
    const taken = this.roles.filter(({ invitationId }) => invitationId !== '').length
    if (taken >= this.maxParticipants)
      throw precondition('SESSION_FULL', `${this.maxParticipants} may take part, invited ones counted`)
  }

  /** Keeps a character for whoever is invited. */
  seat(characterId: string, invitationId: string, mayRecord: boolean): void {
    this.mustHaveRoomFor(characterId)
    this.change(characterId, { invitationId, mayRecord })
  }

  /** Whoever was invited takes part. */
  join(invitationId: string, userId: string): void {
    this.mustBeActive()
    const role = this.roles.find((each) => each.invitationId === invitationId)
    if (!role || role.isJoined) return
    this.change(role.characterId, { isJoined: true })
    const { id: sessionId, storyId } = this
    const { characterId } = role
    this.record(ParticipantJoinedSchema, { sessionId, storyId, characterId, participantId: invitationId, userId })
  }

  /** Nobody comes by an invitation any more. `approved` is how many lines of the character are left. */
  unseat(invitationId: string, approved?: number): void {
    const role = this.roles.find((each) => each.invitationId === invitationId)
    if (!role || !this.isActive) return
    const left = approved ?? role.approved
    this.change(role.characterId, { ...unspoken, approved: left, isTold: role.isTold && left === role.lines })
  }

  /** A recording waits for the host. */
  handIn(characterId: string): void {
    this.mustBeActive()
    this.change(characterId, { pending: this.role(characterId).pending + 1 })
  }

  /** The host said no to a recording. */
  reject(characterId: string): void {
    this.mustBeActive()
    this.change(characterId, { pending: Math.max(0, this.role(characterId).pending - 1) })
  }

  /** The host said yes to a recording: so many lines are approved by now. */
  approve(characterId: string, approved: number): void {
    this.reject(characterId)
    this.change(characterId, { approved, isTold: false })
  }

  /** Characters whose lines are all approved, of which nobody was told; `evenPending` while more waits for the host. */
  untold(evenPending = false): string[] {
    return this.roles
      .filter(({ lines, approved, isTold }) => !isTold && lines > 0 && approved === lines)
      .filter(({ pending }) => evenPending || pending === 0)
      .map(({ characterId }) => characterId)
  }

  /** Tells others of a character's recordings. */
  tell(characterId: string, recorded: readonly Recorded[]): void {
    const { invitationId } = this.role(characterId)
    const speaker = recorded.find(({ participantId }) => participantId === invitationId) ?? recorded[0]
    if (!speaker) return
    this.change(characterId, { isTold: true })
    this.record(CollaboratorVoiceReadySchema, {
      ...this.facts,
      characterId,
      participantId: speaker.participantId,
      userId: speaker.userId,
      lines: recorded.map(({ text, blob, startMs, endMs }) => ({ text, blob, startMs, endMs })),
    })
  }

  /** Whether nothing more is to come: somebody is heard, nobody's answer is awaited, and whoever records is done. */
  get isDone(): boolean {
    const awaited = this.roles.some(({ invitationId, isJoined }) => invitationId !== '' && !isJoined)
    const busy = this.roles.some(
      ({ isJoined, mayRecord, lines, isTold, pending }) =>
        (isJoined && mayRecord && lines > 0 && !isTold) || pending > 0,
    )
    return this.isActive && !awaited && !busy && this.roles.some(({ isTold }) => isTold)
  }

  private end(status: SessionStatus, now: Date): void {
    this.mustBeActive()
    this.status = status
    this.endedAt = now
  }

  /** Ends it with what is approved. Throws SESSION_OVER, NOTHING_RECORDED. */
  complete(usageKeys: readonly string[], now: Date): void {
    this.mustBeActive()
    const characterIds = this.roles.filter(({ isTold }) => isTold).map(({ characterId }) => characterId)
    if (characterIds.length === 0)
      throw precondition('NOTHING_RECORDED', 'no character has all its lines recorded and approved')
    this.end('completed', now)
    this.record(CollaborationCompletedSchema, { ...this.facts, characterIds, usageKeys: [...usageKeys] })
  }

  /** Ends it without. Throws SESSION_OVER. */
  cancel(reason: CancelReason, usageKeys: readonly string[], now: Date): void {
    this.end(reason === 'EXPIRED' ? 'expired' : 'cancelled', now)
    this.roles = this.roles.map((role) => ({ ...role, approved: 0, pending: 0, isTold: false }))
    this.record(CollaborationCancelledSchema, { ...this.facts, reason, usageKeys: [...usageKeys] })
  }
}
