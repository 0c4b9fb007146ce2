import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recordedEvents } from '#shared/domain/aggregate.ts'
import { EnvReader } from '#shared/infrastructure/config.ts'
import { mustBeTurnOf, type QueuePlace, type RoomState, standingOf } from '../domain/queue-place.ts'
import { WaitingListEntry } from '../domain/waiting-list-entry.ts'
import { type RoomTerms, WaitingRoom, type Wave } from '../domain/waiting-room.ts'
import { createQueueTickets, readQueueKeys } from '../infrastructure/queue-tickets.ts'

const start = new Date('2026-11-20T10:00:00Z')
const at = (seconds: number) => new Date(start.getTime() + seconds * 1000)
const refused = (reason: string) => expect.objectContaining({ reason })
const [eventId, userId, entryId] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()]

const terms: RoomTerms = { opensAt: start, closesAt: undefined, admitPerMinute: 60, turnMs: 600_000 }
const room = (more: Partial<RoomTerms> = {}) => WaitingRoom.of(eventId, { ...terms, ...more }, start)
const many = { joined: 1_000_000, free: 1_000_000 }

describe('a waiting room', () => {
  it('lets in at its pace, in waves that follow one another', () => {
    const of = room()
    expect(of.letIn(many, at(0))).toEqual({ after: 0, upTo: 1, at: at(0), until: at(600) })
    expect(of.letIn(many, at(0.5))).toBeUndefined()
    expect(of.letIn(many, at(1))).toMatchObject({ after: 1, upTo: 2 })
    expect(of.letIn(many, at(2.9))).toMatchObject({ after: 2, upTo: 3 })
    // What nobody used is not kept for later.
    expect(of.letIn(many, at(600))).toMatchObject({ after: 3, upTo: 6 })
  })

  it('lets nobody in before it opens, nor once it is closed', () => {
    const of = room({ opensAt: at(60), closesAt: at(120) })
    expect(of.letIn(many, at(59))).toBeUndefined()
    expect(of.letIn(many, at(60))).toMatchObject({ upTo: 1 })
    expect(of.letIn(many, at(120))).toBeUndefined()
    of.close(at(200))
    expect(of.closesAt).toEqual(at(120))
    const early = room({ opensAt: at(60) })
    early.close(at(30))
    expect(early.letIn(many, at(61))).toBeUndefined()
  })

  it('lets in no more than there are tickets for, and nobody when there is none', () => {
    const of = room({ admitPerMinute: 6000 })
    expect(of.letIn({ joined: 50, free: 0 }, at(1))).toBeUndefined()
    expect(of.isPaused).toBe(true)
    expect(of.letIn({ joined: 50, free: 3 }, at(1))).toMatchObject({ upTo: 3 })
    expect(of.isPaused).toBe(false)
    expect(of.letIn({ joined: 50, free: -2 }, at(2))).toBeUndefined()
    expect(of.letIn({ joined: 3, free: 9 }, at(3))).toBeUndefined()
    expect(of.isPaused).toBe(false)
  })

  it('that would never be open is refused', () => {
    expect(() => room({ opensAt: at(9), closesAt: at(9) })).toThrow(refused('WAITING_ROOM_NEVER_OPEN'))
    expect(() => room({ opensAt: at(-9), closesAt: at(0) })).toThrow(refused('WAITING_ROOM_NEVER_OPEN'))
  })

  it('whatever comes when, lets everybody in once, nobody before who came earlier, and never above its pace', () => {
    const step = fc.record({
      ms: fc.integer({ min: 0, max: 5000 }),
      join: fc.integer({ min: 0, max: 30 }),
      free: fc.integer({ min: -3, max: 40 }),
    })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60_000 }), fc.array(step, { maxLength: 60 }), (admitPerMinute, steps) => {
        const of = room({ admitPerMinute })
        const waves: Wave[] = []
        let [joined, ms] = [0, 0]
        for (const each of steps) {
          ms += each.ms
          joined += each.join
          const wave = of.letIn({ joined, free: each.free }, at(ms / 1000))
          if (!wave) continue
          expect(wave.upTo - wave.after).toBeGreaterThan(0)
          expect(wave.upTo - wave.after).toBeLessThanOrEqual(each.free)
          expect(wave.upTo).toBeLessThanOrEqual(joined)
          expect(wave.after).toBe(waves.at(-1)?.upTo ?? 0)
          waves.push(wave)
        }
        for (const [index, first] of waves.entries())
          for (const last of waves.slice(index)) {
            const spanMs = last.at.getTime() - first.at.getTime() + 2000
            expect(last.upTo - first.after).toBeLessThanOrEqual((spanMs * admitPerMinute) / 60_000 + 1)
          }
      }),
      { numRuns: 500 },
    )
  })
})

describe('a place', () => {
  const state: RoomState = { ...terms, eventId, admitted: 10, isPaused: false }
  const place = (more: Partial<QueuePlace> = {}): QueuePlace => ({
    eventId,
    userId,
    position: 41,
    reservationId: undefined,
    turnUntil: undefined,
    ...more,
  })

  it('stands behind those before it, until it is let in', () => {
    expect(standingOf(place(), state, at(0))).toMatchObject({ status: 'WAITING', ahead: 30, waitMs: 30_000 })
    const early = { ...state, opensAt: at(60), admitted: 0 }
    expect(standingOf(place({ position: 1 }), early, at(0))).toMatchObject({ ahead: 0, waitMs: 60_000 })
    expect(standingOf(place(), { ...state, isPaused: true }, at(0)).waitMs).toBeUndefined()
    const inside = place({ turnUntil: at(600) })
    expect(standingOf(inside, state, at(0))).toMatchObject({ status: 'ADMITTED', ahead: 0, turnUntil: at(600) })
    expect(standingOf(inside, state, at(600))).toMatchObject({ status: 'OVER' })
    expect(standingOf({ ...inside, reservationId: 'r' }, state, at(9))).toMatchObject({ status: 'USED' })
  })

  it.each([
    ['QUEUE_TICKET_INVALID', undefined],
    ['QUEUE_TICKET_INVALID', place({ position: 42, turnUntil: at(9) })],
    ['QUEUE_TURN_PENDING', place()],
    ['QUEUE_TURN_OVER', place({ turnUntil: at(5) })],
    ['QUEUE_TICKET_USED', place({ turnUntil: at(9), reservationId: 'r' })],
  ])('that does not entitle is refused with %s', (reason, of) => {
    expect(() => mustBeTurnOf(of, 41, at(5))).toThrow(refused(reason))
  })

  it('entitles while it is its turn', () => {
    expect(() => mustBeTurnOf(place({ turnUntil: at(6) }), 41, at(5))).not.toThrow()
  })
})

describe('a queue ticket', () => {
  const [first, second] = [randomBytes(32), randomBytes(32)]
  const [own, other] = [createQueueTickets([first]), createQueueTickets([second])]
  const passes = [
    { kind: 'place', eventId, userId, position: 2 ** 40 },
    { kind: 'offer', eventId, userId, entryId },
  ] as const

  it('says what was signed', () => {
    for (const pass of passes) expect(own.read(own.of(pass))).toEqual(pass)
    expect(own.of(passes[0]).length).toBeLessThanOrEqual(200)
  })

  it('that was forged, changed or spelt otherwise says nothing', () => {
    const ticket = own.of(passes[0])
    expect(other.read(ticket)).toBeUndefined()
    const bytes = Buffer.from(ticket.slice(3), 'base64url')
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes)
      changed[index] = (changed[index] ?? 0) ^ 1
      expect(own.read(`Q1.${changed.toString('base64url')}`)).toBeUndefined()
    }
    const others = ['', 'Q1.', ticket.slice(3), `${ticket}A`, `${ticket}=`, `Q2.${ticket.slice(3)}`, ` ${ticket}`]
    for (const text of [...others, ticket.slice(0, -1), `Q1.${bytes.toString('base64')}=`])
      expect(own.read(text)).toBeUndefined()
  })

  it('stays valid while its key is kept behind a new one', () => {
    const ticket = own.of(passes[0])
    const rotated = createQueueTickets([second, first])
    expect(rotated.read(ticket)).toEqual(passes[0])
    expect(other.read(rotated.of(passes[0]))).toEqual(passes[0])
  })

  it('is signed with keys of the settings, and one that follows from the master key', () => {
    const env = (value: string) => new EnvReader({ TROUPE_INVENTORY_QUEUE_KEYS: value })
    const keys = readQueueKeys(env(`${first.toString('base64')}, ${second.toString('base64url')}`), first)
    expect(keys.slice(0, 2).map((key) => Buffer.from(key))).toEqual([first, second])
    expect(keys).toHaveLength(3)
    expect(readQueueKeys(env(''), first)).toEqual([keys[2]])
    expect(readQueueKeys(env(''), second)).not.toEqual([keys[2]])
    const wrong = env('c2hvcnQ=')
    readQueueKeys(wrong, first)
    expect(() => wrong.done()).toThrow('TROUPE_INVENTORY_QUEUE_KEYS')
  })
})

describe('an entry of a waiting list', () => {
  const wish = { eventId, userId, ticketTypeIds: ['a', 'b'], partySize: 4, acceptsFewer: true }
  const entry = () => WaitingListEntry.join(entryId, wish, start)
  const offered = (available = 9) => {
    const made = entry()
    expect(made.offer({ id: 'b', name: 'Box' }, available, at(0))).toEqual({ from: 'available', to: 'held' })
    return made
  }
  const order = (...items: { ticketTypeId: string; quantity: number }[]) => ({
    reservationId: 'r',
    eventId,
    userId,
    items,
  })

  it('is offered its party, or what there is of it, for half an hour', () => {
    const [whole, part] = [offered(), offered(3)]
    expect(whole.items).toEqual([{ ticketTypeId: 'b', quantity: 4 }])
    expect(part.items).toEqual([{ ticketTypeId: 'b', quantity: 3 }])
    expect(recordedEvents(part).map(({ message }) => message)).toMatchObject([
      { entryId, eventId, userId, ticketTypeId: 'b', ticketTypeName: 'Box', quantity: 3, partySize: 4 },
    ])
    expect(whole.lapse(at(1799))).toBeUndefined()
    expect(whole.lapse(at(1800))).toEqual({ from: 'held', to: 'available' })
    expect([whole.status, whole.items]).toEqual(['LAPSED', []])
    expect(whole.lapse(at(1900))).toBeUndefined()
    expect(() => whole.claim(at(1900))).toThrow(refused('OFFER_OVER'))
  })

  it('is claimed while the offer stands, then held for ten minutes at least, once', () => {
    const [early, late] = [offered(), offered()]
    early.claim(at(60))
    expect(early.offerExpiresAt).toEqual(at(1800))
    late.claim(at(1790))
    late.claim(at(2000))
    expect(late.offerExpiresAt).toEqual(at(2390))
    expect(() => late.claim(at(2390))).toThrow(refused('OFFER_OVER'))
    expect(late.lapse(at(2390))).toEqual({ from: 'held', to: 'available' })
    expect(() => entry().claim(at(0))).toThrow(refused('NOT_OFFERED'))
  })

  it('gives a reservation what was offered or fewer, once', () => {
    const wanted = [
      [{ ticketTypeId: 'a', quantity: 1 }],
      [{ ticketTypeId: 'b', quantity: 5 }],
      [
        { ticketTypeId: 'b', quantity: 1 },
        { ticketTypeId: 'a', quantity: 1 },
      ],
    ]
    for (const items of wanted)
      expect(() => offered().reserve(order(...items), at(1))).toThrow(refused('OFFER_MISMATCH'))
    const [all, some] = [offered(), offered()]
    expect(all.reserve(order({ ticketTypeId: 'b', quantity: 4 }), at(1))).toBeUndefined()
    expect(some.reserve(order({ ticketTypeId: 'b', quantity: 1 }), at(1))).toEqual({ ticketTypeId: 'b', quantity: 3 })
    for (const again of [() => all.claim(at(2)), () => all.reserve(order({ ticketTypeId: 'b', quantity: 4 }), at(2))])
      expect(again).toThrow(refused('QUEUE_TICKET_USED'))
    expect(() => offered().reserve(order({ ticketTypeId: 'b', quantity: 4 }), at(1800))).toThrow(refused('OFFER_OVER'))
    expect([all.leave(at(3)), all.lapse(at(9999))]).toEqual([undefined, undefined])
  })

  it('is left whenever its owner likes, and frees what it holds', () => {
    const [waiting, held] = [entry(), offered()]
    expect([waiting.leave(at(1)), waiting.leave(at(2))]).toEqual([undefined, undefined])
    expect([held.leave(at(1)), held.leave(at(2))]).toEqual([{ from: 'held', to: 'available' }, undefined])
    expect([waiting.status, held.status]).toEqual(['LEFT', 'LEFT'])
    expect(() => held.claim(at(3))).toThrow(refused('NOT_OFFERED'))
  })

  it('is the same for the same wish alone', () => {
    expect(() => entry().mustBeFor({ ...wish, ticketTypeIds: ['b', 'a'] })).not.toThrow()
    for (const other of [{ partySize: 3 }, { acceptsFewer: false }, { ticketTypeIds: ['a'] }])
      expect(() => entry().mustBeFor({ ...wish, ...other })).toThrow(refused('ALREADY_WAITING'))
  })
})
