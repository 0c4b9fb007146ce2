import { create, type DescMessage, type DescMethodUnary } from '@bufbuild/protobuf'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CancelReason, ReservationPaymentStatus } from '#gen/troupe/booking/v1/reservation_pb.ts'
import { advance, type ProcessInstance, type ProcessMessage } from '#shared/application/process.ts'
import type { CommandOutput } from '#shared/application/process-output.ts'
import { type RecordedEvent, recordedEvents } from '#shared/domain/aggregate.ts'
import { DomainError } from '#shared/domain/errors.ts'
import { testTime } from '../../shared/tests/given.ts'
import { bookingProcess } from '../application/booking.process.ts'
import type { BookingState } from '../application/booking-steps.ts'
import { Reservation } from '../domain/reservation.ts'
import { cancelReasons, nameOf, paymentStatuses } from '../domain/reservation-state.ts'
import { eventOf, inventoryModel, paymentModel, reservationId, type Told, Unavailable } from './model-world.ts'

const runs = 10_000

/** The rules that the database checks with every write. */
const mustBeConsistent = ({ status, payment, total }: Reservation) => {
  expect(payment.status === 'PAID').toBe(status === 'CONFIRMED' && total > 0)
  if (['REFUNDING', 'REFUNDED', 'REFUND_FAILED', 'REFUND_GIVEN_UP'].includes(payment.status))
    expect(['CANCELLED', 'EXPIRED']).toContain(status)
  if (['PROCESSING', 'REQUIRES_ACTION', 'UNKNOWN'].includes(payment.status)) expect(status).toBe('PENDING')
}

/** What of requests is looked at. */
interface Fields {
  paymentId: string
  refundId: string
  status: number
  reason: string | number
}

/** A world in which everything happens in the order that `script` says; once it is through, all goes well. */
const play = (script: readonly number[], isFree: boolean) => {
  let place = 0
  const isThrough = () => place >= script.length
  const choose = (of: number) => (script[place++] ?? 0) % of
  const streams = new Map<string, Told[]>()
  const heard: Told[] = []
  const append = (told: Told) => streams.set(told.stream, [...(streams.get(told.stream) ?? []), told])
  const tell = (stream: string, schema: DescMessage, init: object) => append({ stream, event: eventOf(schema, init) })
  const inventory = inventoryModel(tell)
  const payment = paymentModel(tell, choose)

  const stored: RecordedEvent[] = []
  let ids = 0
  const nextId = () => `id${++ids}`
  const load = () => new Reservation(reservationId).replay(stored)
  const save = (reservation: Reservation) => {
    for (const recorded of recordedEvents(reservation)) {
      stored.push(recorded)
      append({ stream: 'reservation', event: recorded.message })
    }
    mustBeConsistent(reservation)
  }
  const change = (by: (reservation: Reservation) => void) => {
    const reservation = load()
    by(reservation)
    save(reservation)
  }
  /** What its owner or an organizer wants, where the rules allow it. */
  const wish = (by: (reservation: Reservation) => void) => {
    try {
      change(by)
    } catch (error) {
      if (!(error instanceof DomainError)) throw error
    }
  }
  const unitPrice = isFree ? 0 : 2500
  const items = [{ ticketTypeId: 't', name: 'Stalls', quantity: 2, unitPrice, currency: 'EUR' }]
  const expiresAt = new Date(testTime.getTime() + 600_000)
  save(Reservation.create({ id: reservationId, userId: 'u', eventId: 'e', items, expiresAt }, testTime))

  let instance: ProcessInstance<BookingState> | undefined
  let isTimerSet = false
  let commands: CommandOutput[] = []
  const give = (message: ProcessMessage) => {
    const step = advance(bookingProcess, instance, message as never)
    instance = step?.instance ?? instance
    for (const output of step?.outputs ?? []) {
      if (output.kind === 'command') commands.push(output as CommandOutput)
      if (output.kind === 'timer') isTimerSet = true
    }
  }

  const effects: Record<string, (request: Fields) => object> = {
    InitiatePayment: ({ paymentId }) => payment.initiate(paymentId),
    CancelPayment: ({ paymentId }) => payment.cancel(paymentId),
    RefundPayment: ({ paymentId, refundId }) => payment.refund(paymentId, refundId),
    CommitTickets: inventory.commit,
    ReleaseTickets: inventory.release,
    NotePayment: ({ paymentId, status, reason }) => {
      const known = nameOf(paymentStatuses, ReservationPaymentStatus, status) ?? 'UNSPECIFIED'
      change((reservation) => reservation.note(paymentId, known, String(reason)))
      return { refundId: nextId() }
    },
    ConfirmReservation: ({ paymentId }) => {
      change((reservation) => void reservation.confirm(paymentId))
      return { isConfirmed: load().status === 'CONFIRMED' }
    },
    CloseReservation: ({ paymentId, reason }) => {
      change((reservation) => reservation.close(paymentId, nameOf(cancelReasons, CancelReason, Number(reason))))
      return { refundId: paymentId ? nextId() : '' }
    },
  }
  // With one key, what was done is answered again.
  const answers = new Map<CommandOutput, object>()
  const effectOf = (command: CommandOutput): object => {
    const known = answers.get(command)
    if (known) return known
    const response = (effects[command.method.name] as (request: never) => object)(command.request as never)
    if (command.method.name !== 'InitiatePayment') answers.set(command, response)
    return response
  }
  const work = (command: CommandOutput, luck: number) => {
    const about = { step: command.step, method: command.method as DescMethodUnary, at: testTime }
    const isDone = (message: ProcessMessage) => {
      commands = commands.filter((each) => each !== command)
      give(message)
    }
    if (luck === 3) return isDone({ kind: 'expired', ...about })
    if (luck === 4) return isDone({ kind: 'error', ...about, code: 'INTERNAL', reason: '', message: '' })
    try {
      const response = create(command.method.output, effectOf(command) as never)
      // Lost, or crashed before it was written down: the call is made again.
      if (luck === 1) return
      if (luck === 2) return isDone({ kind: 'expired', ...about })
      isDone({ kind: 'answer', ...about, response } as ProcessMessage)
    } catch (error) {
      if (error instanceof Unavailable) return isThrough() ? payment.resolve(false) : undefined
      if (!(error instanceof DomainError)) throw error
      isDone({ kind: 'error', ...about, code: 'FAILED_PRECONDITION', reason: error.reason, message: '' })
    }
  }
  const deliver = (stream: string) => {
    const [first, ...rest] = streams.get(stream) ?? []
    if (!first) return
    streams.set(stream, rest)
    heard.push(first)
    hear(first)
  }
  const hear = ({ event }: Told) => {
    const message = { kind: 'event', event, at: testTime } as ProcessMessage
    const isListenedTo = bookingProcess.events.some((schema) => schema.typeName === event.$typeName)
    if (isListenedTo && bookingProcess.correlate(message as never) === reservationId) give(message)
  }
  /** An operator pays back what was given up. */
  const payByHand = (paymentId: string) => {
    payment.resolve(false)
    payment.refund(paymentId, nextId())
  }
  const fire = () => {
    isTimerSet = false
    give({ kind: 'timer', name: 'lapse', at: testTime })
  }
  const waiting = () => [...streams].filter(([, told]) => told.length > 0).map(([name]) => name)

  const act = () => {
    const stream = waiting()
    const actions: (() => void)[] = [
      ...stream.flatMap((name) => [() => deliver(name), () => deliver(name)]),
      ...commands.flatMap((command) => [() => work(command, choose(5)), () => work(command, 0)]),
      () => wish((reservation) => reservation.pay(nextId(), 'm', testTime)),
      () => wish((reservation) => reservation.pay(nextId(), 'm', testTime)),
      () => payment.resolve(choose(2) === 0),
      ...(choose(8) === 0
        ? [
            () => wish((reservation) => void reservation.withdraw('BUYER')),
            () => inventory.lapse(),
            () => wish((reservation) => void reservation.withdraw('EVENT_CANCELLED')),
            () => void Object.assign(inventory.hold, { areOthersFaster: true }),
            () => void Object.assign(inventory.hold, { isOff: true }),
            () => hear(heard[choose(heard.length)] ?? (heard[0] as Told)),
            ...(isTimerSet ? [fire] : []),
          ]
        : []),
    ]
    ;(actions[choose(actions.length)] as () => void)()
  }
  deliver('reservation')
  while (!isThrough()) act()
  for (let turn = 0; turn < 200; turn += 1) {
    for (const name of waiting()) deliver(name)
    const [command] = commands
    if (command) work(command, 0)
    if (turn % 20 === 19) payment.resolve(turn % 40 === 39)
    if (instance?.state.at === 'held') inventory.lapse()
    if (instance?.state.at === 'stranded') payByHand(instance.state.paid)
  }
  return { reservation: load(), state: instance?.state, ended: instance?.ended, inventory, payment, commands }
}

it('sells once what is paid once, and pays back what it does not sell, whatever happens on the way', () => {
  const reached = new Map<string, number>()
  fc.assert(
    fc.property(
      fc.array(fc.nat(999), { minLength: 60, maxLength: 240, size: 'max' }),
      fc.boolean(),
      (script, isFree) => {
        const { reservation, state, ended, inventory, payment, commands } = play(script, isFree)
        const { charged, paidBack } = payment.money
        const { status, cancelReason } = reservation
        expect(commands.map(({ step }) => step)).toEqual([])
        expect(['confirmed', 'closed', 'settling']).toContain(state?.at)
        expect(ended).toBe(state?.at === 'settling')
        // One successful charge, which bought the tickets or went back.
        expect(charged).toBeLessThanOrEqual(1)
        expect(paidBack).toBeLessThanOrEqual(charged)
        expect(charged - paidBack).toBe(status === 'CONFIRMED' && !isFree ? 1 : 0)
        const settledAs = charged === 1 ? ['PAID', 'REFUNDED'] : ['UNSPECIFIED', 'FAILED']
        expect(settledAs).toContain(reservation.payment.status)
        // Money that came for what is wanted and there has bought it, however late.
        const isToBeHad = !cancelReason && !inventory.hold.areOthersFaster && !inventory.hold.isOff
        if (charged === 1 && isToBeHad) expect(status).toBe('CONFIRMED')
        // Nothing is held for what has ended, and what is confirmed has its tickets.
        expect(['CONFIRMED', 'CANCELLED', 'EXPIRED']).toContain(status)
        if (status === 'CONFIRMED') expect(inventory.hold.status).toBe('COMMITTED')
        else expect(['RELEASED', 'RETURNED']).toContain(inventory.hold.status)
        expect(status === 'CANCELLED').toBe(cancelReason !== undefined)
        const kind = `${status} ${reservation.payment.status}`
        reached.set(kind, (reached.get(kind) ?? 0) + 1)
      },
    ),
    { numRuns: runs },
  )
  // All that can come of it did come of it.
  expect([...reached.keys()].sort()).toEqual([
    'CANCELLED FAILED',
    'CANCELLED REFUNDED',
    'CANCELLED UNSPECIFIED',
    'CONFIRMED PAID',
    'CONFIRMED UNSPECIFIED',
    'EXPIRED FAILED',
    'EXPIRED REFUNDED',
    'EXPIRED UNSPECIFIED',
  ])
}, 120_000)

describe('a reservation', () => {
  const made = (unitPrice: number) => {
    const items = [{ ticketTypeId: 't', name: 'Stalls', quantity: 2, unitPrice, currency: 'EUR' }]
    return Reservation.create({ id: 'r', userId: 'u', eventId: 'e', items, expiresAt: testTime }, testTime)
  }

  it('is confirmed by a payment where it costs something, and by none where it does not', () => {
    expect(() => made(2500).confirm('')).toThrow(expect.objectContaining({ reason: 'PAYMENT_MISSING' }))
    expect(() => made(0).confirm('p')).toThrow(expect.objectContaining({ reason: 'NOTHING_TO_PAY' }))
    expect([made(2500).confirm('p'), made(0).confirm('')]).toEqual([true, true])
  })
})
