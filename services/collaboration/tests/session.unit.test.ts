import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type RecordedEvent, recordedEvents } from '#shared/domain/aggregate.ts'
import { DomainError } from '#shared/domain/errors.ts'
import { Invitation } from '../domain/invitation.ts'
import { linesOf } from '../domain/script.ts'
import { CollaborationSession } from '../domain/session.ts'
import type { Recorded } from '../domain/session-parts.ts'
import { rolesOf } from '../domain/template.ts'

const now = new Date('2026-11-20T10:00:00Z')
const hour = 60 * 60_000
const day = 24 * hour
const roles = ['ann', 'ben', 'cat', 'dan'].map((characterId, at) => ({ characterId, name: characterId, lines: at }))
const newSession = (maxParticipants = 2) =>
  new CollaborationSession(
    {
      id: 's',
      storyId: 't',
      hostId: 'h',
      title: 'The Mill',
      language: 'en',
      maxParticipants,
      lifetimeMs: 30 * day,
      roles,
    },
    now,
  )
const namesOf = (events: readonly RecordedEvent[]) => events.map(({ schema }) => schema.name)
const line = (participantId: string): Recorded => ({
  place: 0,
  text: 'Well.',
  blob: 'b',
  startMs: 0,
  endMs: 9,
  participantId,
  userId: '',
})

/** Runs what may be refused. */
const attempt = (run: () => void): string => {
  try {
    run()
    return ''
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    return error.reason
  }
}

const character = fc.constantFrom('ann', 'ben', 'cat', 'dan')
const steps = fc.array(
  fc.oneof(
    fc.record({ step: fc.constant('seat' as const), character }),
    fc.record({ step: fc.constant('join' as const), character }),
    fc.record({ step: fc.constant('unseat' as const), character }),
    fc.record({ step: fc.constant('hand in' as const), character }),
    fc.record({ step: fc.constant('approve' as const), character }),
    fc.record({ step: fc.constant('reject' as const), character }),
  ),
  { maxLength: 40 },
)

describe('a session', () => {
  it('has no more participants than it may and one a character, and tells once of what is all there', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 4 }), (all, most) => {
        const session = newSession(most)
        for (const [at, { step, character: id }] of all.entries()) {
          const role = session.role(id)
          if (step === 'seat') {
            const taken = session.roles.filter(({ invitationId }) => invitationId !== '').length
            const reason = attempt(() => session.seat(id, `i${at}`, true))
            expect(reason).toBe(role.invitationId !== '' ? 'CHARACTER_TAKEN' : taken >= most ? 'SESSION_FULL' : '')
          }
          if (step === 'join') session.join(role.invitationId || 'none', '')
          if (step === 'unseat') session.unseat(role.invitationId || 'none')
          if (step === 'hand in' && role.isJoined) session.handIn(id)
          if (step === 'approve' && role.pending > 0) session.approve(id, Math.min(role.lines, role.approved + 1))
          if (step === 'reject' && role.pending > 0) session.reject(id)
          for (const untold of session.untold()) {
            const { lines, approved, pending } = session.role(untold)
            expect([approved, pending]).toEqual([lines, 0])
            session.tell(untold, [line('p')])
          }
          expect(session.untold()).toEqual([])
          expect(session.roles.filter(({ invitationId }) => invitationId !== '').length).toBeLessThanOrEqual(most)
          if (session.isDone) {
            const open = session.roles.filter(({ isJoined, invitationId }) => invitationId !== '' && !isJoined)
            const undone = session.roles.filter((each) => each.isJoined && each.lines > 0 && !each.isTold)
            expect([open, undone]).toEqual([[], []])
          }
        }
      }),
    )
  })

  it('is done when all that was to come has come, and then gives back what it took up', () => {
    const session = newSession()
    session.seat('ben', 'i1', true)
    session.seat('ann', 'i2', true)
    session.join('i1', '')
    session.join('i2', 'u')
    session.handIn('ben')
    session.approve('ben', 1)
    expect([session.untold(), session.isDone]).toEqual([['ben'], false])
    session.tell('ben', [line('i1')])
    // Ann has nothing to say.
    expect(session.isDone).toBe(true)
    session.complete(['k1', 'k2'], now)
    const events = recordedEvents(session)
    expect(namesOf(events)).toEqual([
      'CollaborationStarted',
      'ParticipantJoined',
      'ParticipantJoined',
      'CollaboratorVoiceReady',
      'CollaborationCompleted',
    ])
    expect(events.at(-1)?.message).toMatchObject({ characterIds: ['ben'], usageKeys: ['k1', 'k2'] })
    for (const late of [
      () => session.handIn('ben'),
      () => session.seat('cat', 'i3', true),
      () => session.mustBeActive(),
    ])
      expect(attempt(late)).toBe('SESSION_OVER')
  })

  it('waits for whom it invited, and for what was handed in again', () => {
    const session = newSession()
    session.seat('ben', 'i1', true)
    session.join('i1', '')
    session.handIn('ben')
    session.handIn('ben')
    session.approve('ben', 1)
    expect([session.untold(), session.untold(true)]).toEqual([[], ['ben']])
    session.reject('ben')
    session.tell('ben', [line('i1')])
    session.seat('cat', 'i2', true)
    expect(session.isDone).toBe(false)
    session.unseat('i2')
    expect(session.isDone).toBe(true)
    expect(attempt(() => newSession().complete([], now))).toBe('NOTHING_RECORDED')
  })
})

const newInvitation = (sessionEnd = new Date(now.getTime() + 30 * day)) =>
  new Invitation(
    {
      id: 'i',
      sessionId: 's',
      storyId: 't',
      hostId: 'h',
      characterId: 'ann',
      byPhone: false,
      recipient: 'sealed',
      usageKey: 'k',
      canRecord: true,
      canRegenerate: false,
    },
    sessionEnd,
    now,
  )

describe('an invitation', () => {
  it('is good for 120 hours, not longer than its session, and forgets where it went once that is of no use', () => {
    expect(newInvitation().expiresAt).toEqual(new Date(now.getTime() + 120 * hour))
    expect(newInvitation(new Date(now.getTime() + hour)).expiresAt).toEqual(new Date(now.getTime() + hour))
    const endings: ((invitation: Invitation) => void)[] = [
      (one) => one.accept({ displayName: 'sealed name' }, now),
      (one) => one.decline(now),
      (one) => one.expire(),
      (one) => one.revoke('UNDELIVERED'),
    ]
    for (const end of endings) {
      const invitation = newInvitation()
      end(invitation)
      expect(invitation.recipient).toBe('')
      expect(attempt(() => invitation.resend(now, now))).not.toBe('')
    }
  })

  it('answers each by name, once', () => {
    const late = new Date(now.getTime() + 121 * hour)
    expect(attempt(() => newInvitation().accept({ userId: 'u' }, late))).toBe('INVITATION_EXPIRED')
    const taken = newInvitation()
    taken.accept({ userId: 'u' }, now)
    expect([attempt(() => taken.mustKnow('u')), attempt(() => taken.mustKnow(undefined))]).toEqual([
      '',
      'INVITATION_TAKEN',
    ])
    expect(attempt(() => taken.decline(now))).toBe('INVITATION_ACCEPTED')
    taken.revoke('REVOKED')
    expect([taken.userId, attempt(() => taken.mustNotBeClosed(now))]).toEqual([undefined, 'INVITATION_REVOKED'])
    expect(attempt(() => taken.revoke('REVOKED'))).toBe('INVITATION_OVER')
    const declined = newInvitation()
    declined.decline(now)
    expect(attempt(() => declined.accept({ userId: 'u' }, now))).toBe('INVITATION_DECLINED')
  })

  it('is sent five times at most, and only the last sending counts', () => {
    const invitation = newInvitation()
    const later = new Date(now.getTime() + hour)
    for (let sending = 2; sending <= 5; sending += 1) invitation.resend(new Date(now.getTime() + 30 * day), later)
    expect(invitation.expiresAt).toEqual(new Date(later.getTime() + 120 * hour))
    expect(attempt(() => invitation.resend(later, later))).toBe('SENT_TOO_OFTEN')
    expect(attempt(() => invitation.mustWaitToBeSent(4))).toBe('OUTDATED')
    expect(namesOf(recordedEvents(invitation))).toEqual(Array.from({ length: 5 }, () => 'InvitationSent'))
  })
})

it('lines are what chosen characters say, in the order of the story', () => {
  const content = 'He came.\n“Where\n  to?” “...” “Home.” “I see.”'
  const at = (text: string) => ({ start: content.indexOf(text), end: content.indexOf(text) + text.length })
  const dialogue = [
    { ...at('“Where\n  to?”'), speakerId: 'ann' },
    { ...at('“...”'), speakerId: 'ann' },
    { ...at('“Home.”'), speakerId: 'ben' },
    { ...at('“I see.”'), speakerId: 'ann' },
  ]
  const script = { authorId: 'h', title: 'x', language: 'en', content, analyzed: true, characters: [], dialogue }
  expect(linesOf(script, new Set(['ann'])).map(({ place, text }) => [place, text])).toEqual([
    [0, '“Where to?”'],
    [3, '“I see.”'],
  ])
})

it('a template means characters by id, or by name where they have others by now', () => {
  const template = {
    roles: [
      { characterId: '1', name: 'Greta' },
      { characterId: '2', name: 'Hans' },
    ],
  }
  const characters = [
    { characterId: '9', name: 'Greta' },
    { characterId: '2', name: 'Hansel' },
    { characterId: '3', name: 'Fox' },
  ]
  expect(rolesOf(template, characters).map(({ name }) => name)).toEqual(['Greta', 'Hansel'])
})
