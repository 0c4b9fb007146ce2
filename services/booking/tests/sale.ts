import { createClient, type Transport } from '@connectrpc/connect'
import { Client } from 'pg'
import { BookingService } from '#gen/troupe/booking/v1/booking_service_pb.ts'
import { type Reservation, ReservationPaymentStatus, ReservationStatus } from '#gen/troupe/booking/v1/reservation_pb.ts'
import { CatalogService } from '#gen/troupe/catalog/v1/catalog_service_pb.ts'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { InventoryService } from '#gen/troupe/inventory/v1/inventory_service_pb.ts'
import { PaymentService } from '#gen/troupe/payment/v1/payment_service_pb.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import { eventually, type TestMesh, type TestUser } from '../../../tests/mesh.ts'

/** What buyers and organizers call. */
export const clients = ({ transport }: { transport: Transport }) => ({
  booking: createClient(BookingService, transport),
  catalog: createClient(CatalogService, transport),
  inventory: createClient(InventoryService, transport),
  payment: createClient(PaymentService, transport),
})

export type Clients = ReturnType<typeof clients>

/** Somebody signed in again: when the clock has moved, their token is over. */
export const signedIn = async (mesh: TestMesh, { email, password }: TestUser): Promise<Clients> => {
  const { tokens } = await createClient(IdentityService, mesh.transport()).login({ email, password })
  return clients({ transport: mesh.transport(tokens?.accessToken ?? '') })
}

/** A published event with three paid tickets and three that cost nothing, once they are on sale. */
export const putOnSale = async (organizer: Clients, buyer: Clients) => {
  const { event } = await organizer.catalog.createEvent({
    title: 'An evening of fables',
    category: 'reading',
    startsAt: timestamp(new Date('2041-07-01T18:00:00Z')),
    endsAt: timestamp(new Date('2041-07-01T20:00:00Z')),
    timeZone: 'Europe/Vienna',
    venue: { name: 'Old Mill', capacity: 6, address: { city: 'Vienna', country: 'AT' } },
    ticketTypes: [
      { name: 'Stalls', priceMinorUnits: 2500n, currency: 'EUR', quantity: 3 },
      { name: 'Gallery', priceMinorUnits: 0n, currency: 'EUR', quantity: 3 },
    ],
  })
  const eventId = event?.id ?? ''
  await organizer.catalog.publishEvent({ eventId })
  const { inventory } = await eventually(() => buyer.inventory.getAvailability({ eventId }))
  const typeOf = (name: string) => inventory?.ticketTypes.find((type) => type.name === name)?.id ?? ''
  const available = async (asked = organizer) =>
    (await asked.inventory.getAvailability({ eventId })).inventory?.ticketTypes.find(({ name }) => name === 'Stalls')
      ?.counts?.available
  const reserve = async (name: string, quantity: number, asked = buyer) => {
    const items = [{ ticketTypeId: typeOf(name), quantity }]
    const { reservation } = await asked.booking.createReservation({ eventId, items })
    return reservation as Reservation
  }
  return { eventId, typeOf, reserve, available }
}

/** Pays with a new card of the sandbox's. */
export const payWith = async ({ booking, payment }: Clients, reservationId: string, token: string) => {
  const { paymentMethod } = await payment.createPaymentMethod({ token })
  return booking.payReservation({ reservationId, paymentMethodId: paymentMethod?.id ?? '' })
}

/** A reservation once it is so. */
export const becomes = ({ booking }: Clients, reservationId: string, is: (found: Reservation) => boolean) =>
  eventually(async () => {
    const { reservation } = await booking.getReservation({ reservationId })
    return reservation && is(reservation) ? reservation : undefined
  }, 20_000)

export const isPaid = ({ status, payment }: Reservation): boolean =>
  status === ReservationStatus.CONFIRMED && payment?.status === ReservationPaymentStatus.PAID
export const isPaidBack = ({ payment }: Reservation): boolean => payment?.status === ReservationPaymentStatus.REFUNDED
export const needsAction = ({ payment }: Reservation): boolean =>
  payment?.status === ReservationPaymentStatus.REQUIRES_ACTION

type Row = Record<string, unknown>

/** Asks or forges what stands in a context's database. */
export const databasesOf =
  ({ postgresUrl, databasePrefix }: Pick<TestMesh, 'postgresUrl' | 'databasePrefix'>) =>
  async (context: string, text: string, ...values: unknown[]): Promise<Row[]> => {
    const url = new URL(postgresUrl)
    url.pathname = `/${databasePrefix}${context}`
    const client = new Client({ connectionString: url.toString() })
    await client.connect()
    try {
      return (await client.query<Row>(text, values)).rows
    } finally {
      await client.end()
    }
  }

/** How often the sandbox has charged for a reservation. */
export const chargesIn =
  (mesh: TestMesh) =>
  async (reservationId: string): Promise<number> => {
    const text = `select key from sandbox_charges where reference like '%' || $1 and status = 'SUCCEEDED'`
    return (await databasesOf(mesh)('payment', text, reservationId)).length
  }

/** The provider charges within so many minutes for what waits for its payer, and tells nobody. */
export const chargeWithin = async (mesh: TestMesh, reservationId: string, minutes: number): Promise<void> => {
  const text = `update sandbox_charges set status = 'SUCCEEDED', decided_at = decided_at + $2 * interval '1 minute'
    where reference like '%' || $1 and status = 'REQUIRES_ACTION'`
  await databasesOf(mesh)('payment', text, reservationId, minutes)
}
