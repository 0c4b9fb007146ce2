import { setTimeout as sleep } from 'node:timers/promises'
import { durationMs } from '@bufbuild/protobuf/wkt'
import { Code, ConnectError, createClient, type Transport } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { BookingService } from '#gen/troupe/booking/v1/booking_service_pb.ts'
import { ReservationPaymentStatus, ReservationStatus } from '#gen/troupe/booking/v1/reservation_pb.ts'
import { InventoryService } from '#gen/troupe/inventory/v1/inventory_service_pb.ts'
import { answer } from '../answers.ts'

/** Somebody who wants a ticket. */
export interface Buyer {
  token: string
  paymentMethodId: string
}

export interface Sale {
  url: string
  eventId: string
  ticketTypeId: string
  buyers: Buyer[]
  seats: number
  /** Within which time they come. */
  arriveMs: number
  /** After which time it must be over. */
  withinMs: number
}

/** What one buyer saw; times are milliseconds since the first came. */
export interface Bought {
  /** When they first asked for a place, and when they had one; undefined for who got none. */
  askedAt: number
  placedAt?: number
  position?: number
  /** Until when it was their turn, as they were told. */
  turnUntil?: number
  admittedAt?: number
  reservedAt?: number
  outcome?: 'confirmed' | 'declined'
  endedAt?: number
}

/** A buyer who is here, until the signal. */
type Visitor = Buyer & { signal: AbortSignal }

const buyersAConnection = 100
const passing = [Code.ResourceExhausted, Code.Unavailable, Code.DeadlineExceeded, Code.Aborted]

/** When to ask again: as the mesh asks for, else ever more rarely; a little later by chance. */
const pauseMs = (error: ConnectError, tries: number): number => {
  const wanted = error.findDetails(RetryInfoSchema)[0]?.retryDelay
  return (wanted ? durationMs(wanted) : Math.min(2000, 100 * 2 ** tries)) * (1 + Math.random() / 4)
}

/** Asks again while the mesh has too much to do. */
const patiently = async <T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> => {
  for (let tries = 0; ; tries += 1) {
    try {
      return await call()
    } catch (reason) {
      const error = ConnectError.from(reason)
      if (signal.aborted || !passing.includes(error.code)) throw error
      await sleep(pauseMs(error, tries), undefined, { signal })
    }
  }
}

const clientsOf = (transport: Transport) => ({
  inventory: createClient(InventoryService, transport),
  booking: createClient(BookingService, transport),
})

const sell = async (sale: Sale): Promise<Bought[]> => {
  const { url, eventId, ticketTypeId, buyers, arriveMs, withinMs } = sale
  const began = performance.now()
  const now = () => performance.now() - began
  // Each has a signal of their own: one for all would look through all who listen to it whenever somebody else does.
  const ends = buyers.map(() => new AbortController())
  const endAll = (reason?: Error) => {
    for (const end of ends) end.abort(reason)
  }
  let left = sale.seats
  const connections = Array.from({ length: Math.ceil(buyers.length / buyersAConnection) }, () =>
    clientsOf(createGrpcTransport({ baseUrl: url })),
  )
  const bought: Bought[] = []
  const callOf = ({ token, signal }: Visitor, key?: string) => ({
    signal,
    headers: { authorization: `Bearer ${token}`, ...(key && { 'idempotency-key': key }) },
  })

  /** Follows their place until it is their turn; resolves with their ticket. */
  const turnOf = (buyer: Visitor, { inventory }: (typeof connections)[number], seen: Bought): Promise<string> =>
    patiently(buyer.signal, async () => {
      for await (const { place } of inventory.watchQueue({ eventId }, callOf(buyer))) {
        if (!place?.turnUntil) continue
        seen.admittedAt = now()
        seen.turnUntil = Number(place.turnUntil.seconds) * 1000 + place.turnUntil.nanos / 1e6
        return place.queueTicket
      }
      throw new ConnectError('the line ended', Code.Unavailable)
    })

  const decided = (buyer: Visitor, { booking }: (typeof connections)[number], reservationId: string) =>
    patiently(buyer.signal, async () => {
      for await (const { reservation } of booking.watchReservation({ reservationId }, callOf(buyer))) {
        if (reservation?.status === ReservationStatus.CONFIRMED) return 'confirmed'
        if (reservation?.payment?.status === ReservationPaymentStatus.FAILED) return 'declined'
        if (reservation && reservation.status !== ReservationStatus.PENDING)
          throw new Error(`a reservation became ${reservation.status}`)
      }
      throw new ConnectError('the watch ended', Code.Unavailable)
    })

  const buy = async (known: Buyer, index: number): Promise<void> => {
    const { signal } = ends[index] as AbortController
    const buyer = { ...known, signal }
    await sleep((arriveMs * index) / buyers.length)
    const client = connections[index % connections.length] as (typeof connections)[number]
    const { inventory, booking } = client
    const seen: Bought = { askedAt: now() }
    bought[index] = seen
    const { place } = await patiently(signal, () => inventory.joinQueue({ eventId }, callOf(buyer)))
    seen.placedAt = now()
    seen.position = Number(place?.position)
    const queueTicket = await turnOf(buyer, client, seen)
    const items = [{ ticketTypeId, quantity: 1 }]
    const [reserving, paying, cancelling] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()]
    const { reservation } = await patiently(signal, () =>
      booking.createReservation({ eventId, items, queueTicket }, callOf(buyer, reserving)),
    )
    seen.reservedAt = now()
    const reservationId = reservation?.id ?? ''
    const { paymentMethodId } = buyer
    await patiently(signal, () => booking.payReservation({ reservationId, paymentMethodId }, callOf(buyer, paying)))
    seen.outcome = await decided(buyer, client, reservationId)
    seen.endedAt = now()
    if (seen.outcome === 'declined')
      await patiently(signal, () => booking.cancelReservation({ reservationId }, callOf(buyer, cancelling)))
    else if (--left === 0) endAll()
  }

  const late = setTimeout(() => endAll(new Error(`${left} seats were left after ${withinMs} ms`)), withinMs)
  const outcomes = await Promise.allSettled(buyers.map(buy))
  clearTimeout(late)
  if (left === 0) return bought
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  throw new Error(`${left} seats were left; ${failed?.reason}`)
}

answer(undefined, { sell })
