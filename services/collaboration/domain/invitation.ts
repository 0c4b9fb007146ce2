import {
  InvitationAcceptedSchema,
  InvitationDeclinedSchema,
  InvitationExpiredSchema,
  InvitationRevokedSchema,
  InvitationSentSchema,
} from '#gen/troupe/collaboration/v1/collaboration_events_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { notFound, precondition } from '#shared/domain/errors.ts'
import { timestamp } from '#shared/domain/timestamp.ts'

export type InvitationStatus = 'pending' | 'accepted' | 'declined' | 'expired' | 'revoked'
export type RevocationReason = 'REVOKED' | 'UNDELIVERED' | 'SESSION_ENDED'

export interface InvitationInit {
  id: string
  sessionId: string
  storyId: string
  hostId: string
  characterId: string
  byPhone: boolean
  /** Sealed. */
  recipient: string
  usageKey: string
  canRecord: boolean
  canRegenerate: boolean
}

/** Who takes up an invitation: an account, or a guest with a sealed name. */
export type Joiner = { userId: string } | { displayName: string }

const lifetimeMs = 120 * 60 * 60_000
const mostSendings = 5

export const invitationNotFound = () => notFound('INVITATION_NOT_FOUND', 'there is no such invitation')

const closed = {
  declined: () => precondition('INVITATION_DECLINED', 'the invitation was declined'),
  expired: () => precondition('INVITATION_EXPIRED', 'nobody answered the invitation in time'),
  revoked: () => precondition('INVITATION_REVOKED', 'the invitation was taken back'),
}

/** Somebody asked to speak a character; once they do, who takes part. It knows where it goes only as long as it has to. */
export class Invitation extends Aggregate {
  readonly id: string
  readonly sessionId: string
  readonly storyId: string
  readonly hostId: string
  readonly characterId: string
  readonly byPhone: boolean
  readonly usageKey: string
  readonly canRecord: boolean
  readonly canRegenerate: boolean
  readonly createdAt: Date
  status: InvitationStatus = 'pending'
  reason = ''
  sending = 1
  expiresAt: Date
  /** Sealed; empty once it is answered or over. */
  recipient: string
  /** The account that joined by it. */
  userId: string | undefined
  /** Of a guest who joined by it, sealed. */
  displayName = ''
  joinedAt: Date | undefined

  constructor(init: InvitationInit, sessionEnd: Date, now: Date) {
    super()
    this.id = init.id
    this.sessionId = init.sessionId
    this.storyId = init.storyId
    this.hostId = init.hostId
    this.characterId = init.characterId
    this.byPhone = init.byPhone
    this.usageKey = init.usageKey
    this.canRecord = init.canRecord
    this.canRegenerate = init.canRegenerate
    this.createdAt = now
    this.recipient = init.recipient
    this.expiresAt = sessionEnd
    this.send(sessionEnd, now)
  }

  private get facts() {
    return { invitationId: this.id, sessionId: this.sessionId, storyId: this.storyId, hostId: this.hostId }
  }

  private send(sessionEnd: Date, now: Date): void {
    this.expiresAt = new Date(Math.min(sessionEnd.getTime(), now.getTime() + lifetimeMs))
    const { characterId, usageKey, sending, byPhone } = this
    const expiresAt = timestamp(this.expiresAt)
    this.record(InvitationSentSchema, { ...this.facts, characterId, expiresAt, usageKey, sending, byPhone })
  }

  /** Throws INVITATION_OVER, INVITATION_ACCEPTED, and OUTDATED for a sending that was followed by another. */
  mustWaitToBeSent(sending = this.sending): void {
    if (this.status === 'accepted') throw precondition('INVITATION_ACCEPTED', 'the invitation was taken up')
    if (this.status !== 'pending') throw precondition('INVITATION_OVER', 'the invitation is over')
    if (sending !== this.sending) throw precondition('OUTDATED', 'the invitation was sent again')
  }

  resend(sessionEnd: Date, now: Date): void {
    this.mustWaitToBeSent()
    if (this.sending >= mostSendings)
      throw precondition('SENT_TOO_OFTEN', `an invitation is sent ${mostSendings} times at most`)
    this.sending += 1
    this.send(sessionEnd, now)
  }

  isExpired(now: Date): boolean {
    return this.status === 'pending' && now >= this.expiresAt
  }

  /** Throws INVITATION_EXPIRED, INVITATION_DECLINED, INVITATION_REVOKED when nobody can answer it any more. */
  mustNotBeClosed(now: Date): void {
    if (this.isExpired(now)) throw closed.expired()
    if (this.status !== 'pending' && this.status !== 'accepted') throw closed[this.status]()
  }

  /** Throws INVITATION_TAKEN unless whoever comes again is who joined by it: its guest, or the account. */
  mustKnow(userId: string | undefined): void {
    if (this.userId === userId) return
    const hint = this.userId ? 'sign in with the account that took it up' : 'sign out to go on as that guest'
    throw precondition('INVITATION_TAKEN', `somebody else took up the invitation; ${hint}`)
  }

  accept(joiner: Joiner, now: Date): void {
    this.mustNotBeClosed(now)
    this.status = 'accepted'
    this.recipient = ''
    this.joinedAt = now
    if ('userId' in joiner) this.userId = joiner.userId
    else this.displayName = joiner.displayName
    const { id: participantId, characterId } = this
    this.record(InvitationAcceptedSchema, { ...this.facts, participantId, characterId })
  }

  decline(now: Date): void {
    this.mustNotBeClosed(now)
    if (this.status === 'accepted') throw precondition('INVITATION_ACCEPTED', 'the invitation was taken up')
    this.close('declined')
    this.record(InvitationDeclinedSchema, { ...this.facts, usageKey: this.usageKey })
  }

  expire(): void {
    this.close('expired')
    this.record(InvitationExpiredSchema, { ...this.facts, usageKey: this.usageKey })
  }

  /** Throws INVITATION_OVER. */
  revoke(reason: RevocationReason): void {
    if (this.status !== 'pending' && this.status !== 'accepted')
      throw precondition('INVITATION_OVER', 'the invitation is over')
    this.close('revoked')
    this.reason = reason
    this.forget()
    this.record(InvitationRevokedSchema, { ...this.facts, usageKey: this.usageKey, reason })
  }

  private close(status: 'declined' | 'expired' | 'revoked'): void {
    this.status = status
    this.recipient = ''
  }

  /** Forgets who joined by it. */
  forget(): void {
    this.userId = undefined
    this.displayName = ''
  }
}
