import { createClient } from '@connectrpc/connect'
import { BookingService, PassFormat } from '#gen/troupe/booking/v1/booking_service_pb.ts'
import { ReservationPaymentStatus } from '#gen/troupe/booking/v1/reservation_pb.ts'
import type { Fields } from '../call.ts'
import { newSale } from './inventory.ts'
import { ofService, type Recipes, type Scene } from './recipe.ts'

const services = async ({ stage }: Scene) =>
  createClient(BookingService, stage.transport(await stage.tokenFor('service:booking')))

const own = ({ stage, person }: Scene) => createClient(BookingService, stage.transport(person.token))

const newWish = async (scene: Scene, price?: number) => {
  const { eventId, ticketTypeId } = await newSale(scene, price)
  return { eventId, items: [{ ticketTypeId, quantity: 1 }], queueTicket: '' }
}

const newReservation = async (scene: Scene, price?: number) => {
  const { reservation } = await own(scene).createReservation(await newWish(scene, price))
  return { reservationId: reservation?.id ?? '', eventId: reservation?.eventId ?? '' }
}

const ofReservation = async (scene: Scene): Promise<Fields> => ({
  reservationId: (await newReservation(scene)).reservationId,
})

/** A ticket that costs nothing, of an event of the person's own; not waiting for the process. */
const newTicket = async (scene: Scene) => {
  const { reservationId, eventId } = await newReservation(scene, 0)
  await (await services(scene)).confirmReservation({ reservationId })
  await scene.stage.databases.sql(
    'booking',
    `insert into events (id, organizer_id, starts_at, is_cancelled) values ($1, $2, now() + interval '900 days', false)
     on conflict (id) do nothing`,
    eventId,
    scene.person.id,
  )
  const [ticket] = (await own(scene).listTickets({ reservationId })).tickets
  return { ticketId: ticket?.id ?? '', code: ticket?.code ?? '' }
}

const payment = async (scene: Scene): Promise<Fields> => ({
  ...(await ofReservation(scene)),
  paymentId: crypto.randomUUID(),
})

/** How to use booking rightly. */
export const bookingRecipes: Recipes = ofService('troupe.booking.v1.BookingService', {
  CreateReservation: {
    fields: (scene) => newWish(scene),
    ids: { event_id: 'open', 'items.ticket_type_id': 'open' },
  },
  GetReservation: { fields: ofReservation },
  ListReservations: {},
  PayReservation: {
    fields: async (scene) => ({ ...(await ofReservation(scene)), paymentMethodId: crypto.randomUUID() }),
    ids: { payment_method_id: 'open' },
    isOnce: true,
  },
  CancelReservation: { fields: ofReservation },
  WatchReservation: { fields: ofReservation },
  GetReservationHistory: { fields: ofReservation },
  ListTickets: { fields: ofReservation, ids: { reservation_id: 'open' } },
  GetTicketPass: {
    fields: async (scene) => ({ ticketId: (await newTicket(scene)).ticketId, format: PassFormat.PNG }),
  },
  ListTicketKeys: {},
  CheckInTicket: {
    fields: async (scene) => ({ code: (await newTicket(scene)).code, gate: 'North gate' }),
    isOnce: true,
  },
  ListFailedRefunds: {},
  NotePayment: {
    fields: async (scene) => ({ ...(await payment(scene)), status: ReservationPaymentStatus.FAILED, reason: '' }),
    ids: { payment_id: 'open' },
  },
  ConfirmReservation: {
    fields: async (scene) => ({ reservationId: (await newReservation(scene, 0)).reservationId, paymentId: '' }),
    ids: { payment_id: 'open' },
  },
  CloseReservation: {
    fields: async (scene) => ({ ...(await ofReservation(scene)), paymentId: '' }),
    ids: { payment_id: 'open' },
  },
})
