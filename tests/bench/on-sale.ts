import { create, toBinary } from '@bufbuild/protobuf'
import { createClient } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { CreateReservationRequestSchema } from '#gen/troupe/booking/v1/booking_service_pb.ts'
import { CatalogService } from '#gen/troupe/catalog/v1/catalog_service_pb.ts'
import { InventoryService } from '#gen/troupe/inventory/v1/inventory_service_pb.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import { bearer, eventually } from '../mesh.ts'
import { startChild } from './child.ts'
import { showFigures, showLimits } from './figures.ts'
import type { Bought, Sale } from './load/buyers.ts'
import { gatewayRun } from './load/gateway-load.ts'
import { startNodeLoad } from './load/node-load.ts'
import { pgbench } from './load/pgbench.ts'
import { beside, quantile } from './measure.ts'
import { type BenchMesh, startBenchMesh } from './mesh.ts'
import { brokenIn, unfairIn } from './on-sale-checks.ts'
import { buyersOf, signingKeyOf, withCards } from './on-sale-crowd.ts'
import { withCpuOf } from './process-cpu.ts'
import { holdScript } from './references/hold-script.ts'
import type { Bench } from './setting.ts'

const callers = 32
const path = '/troupe.booking.v1.BookingService/CreateReservation'
const yearMs = 365 * 24 * 60 * 60_000
const arriveMs = 1000
const withinMs = 5 * 60_000
/** The most that a waiting room lets in: it is limited by how many tickets are left, and by nothing else. */
const admitPerMinute = 60_000

type Stall = Pick<Sale, 'eventId' | 'ticketTypeId'>

/** Publishes an event with so many tickets; resolves once they can be had. */
const putOnSale = async (mesh: BenchMesh, quantity: number, hasRoom: boolean): Promise<Stall> => {
  const [organizer] = await mesh.people(1)()
  const transport = createGrpcTransport({ baseUrl: mesh.url, interceptors: [bearer(organizer?.token ?? '')] })
  const catalog = createClient(CatalogService, transport)
  const inventory = createClient(InventoryService, transport)
  const startsAt = new Date(Date.now() + yearMs)
  const { event } = await catalog.createEvent({
    title: 'An evening of fables',
    category: 'reading',
    startsAt: timestamp(startsAt),
    endsAt: timestamp(new Date(startsAt.getTime() + 7_200_000)),
    timeZone: 'Europe/Vienna',
    venue: { name: 'Our channel', isOnline: true },
    ticketTypes: [{ name: 'Stalls', priceMinorUnits: 2500n, currency: 'EUR', quantity }],
  })
  const eventId = event?.id ?? ''
  await catalog.publishEvent({ eventId })
  const { inventory: found } = await eventually(() => inventory.getAvailability({ eventId }))
  if (hasRoom) await inventory.openWaitingRoom({ eventId, admitPerMinute })
  return { eventId, ticketTypeId: found?.ticketTypes[0]?.id ?? '' }
}

/** Reservations of single tickets, by as many people as there are, beside the guarded updates that they come down to. */
const reserving = async (bench: Bench, mesh: BenchMesh, people: () => Promise<{ id: string; token: string }[]>) => {
  const { eventId, ticketTypeId } = await putOnSale(mesh, 1_000_000, false)
  const request = create(CreateReservationRequestSchema, { eventId, items: [{ ticketTypeId, quantity: 1 }] })
  const messages = [toBinary(CreateReservationRequestSchema, request)]
  const load = await startNodeLoad(bench)
  try {
    const run = gatewayRun(bench, load, { url: mesh.url, path, messages, people, callers, isKeyed: true })
    await run()
    const database = mesh.databaseOf('inventory')
    const reference = pgbench(bench, database, await holdScript(database), callers)
    const sides = await beside(withCpuOf(mesh.pid, run), reference, bench)
    showFigures(
      bench.report,
      'on-sale',
      `single tickets of one type through the gateway, ${callers} callers; reference: pgbench, the same guarded updates`,
      [{ name: 'CreateReservation', ...sides, floor: 0.2, goal: 0.4 }],
    )
  } finally {
    await load.stop()
  }
}

const middle = (delays: readonly (number | undefined)[], share: number): number =>
  quantile(
    delays.filter((one) => one !== undefined).sort((a, b) => a - b),
    share,
  )

const between = (bought: readonly Bought[], from: keyof Bought, to: keyof Bought) =>
  bought.map((one) => (one[to] === undefined ? undefined : Number(one[to]) - Number(one[from])))

const seconds = (ms: number): string => (ms / 1000).toFixed(2)

const showSale = ({ report }: Bench, bought: readonly Bought[], seats: number): void => {
  const ended = bought.flatMap(({ endedAt }) => endedAt ?? [])
  const took = Math.max(...ended)
  const rows = (
    [
      ['had a place in line after', 'askedAt', 'placedAt'],
      ['reserved after their turn came', 'admittedAt', 'reservedAt'],
      ['confirmed or declined after that', 'reservedAt', 'endedAt'],
    ] as const
  ).map(([what, from, to]) => {
    const delays = between(bought, from, to)
    const count = delays.filter((one) => one !== undefined).length
    return [what, count, seconds(middle(delays, 0.5)), seconds(middle(delays, 0.99))]
  })
  report.table(
    `on-sale: ${bought.length} buyers, ${seats} seats; sold out ${seconds(took)} s after the first came, ${(seats / (took / 1000)).toFixed(0)} seats a second`,
    ['', 'buyers', 'p50 s', 'p99 s'],
    rows,
  )
}

/** All come within a second; the waiting room lets in as many as there are tickets; some cards are declined. */
const sale = async (bench: Bench, mesh: BenchMesh, buyers: Sale['buyers']): Promise<void> => {
  const seats = buyers.length / 10
  const stall = await putOnSale(mesh, seats, true)
  const crowd = await startChild(bench, 'load/buyers.ts', { measured: false })
  try {
    const asked: Sale = { url: mesh.url, ...stall, buyers, seats, arriveMs, withinMs }
    const bought = await crowd.ask<Bought[]>('sell', asked)
    showSale(bench, bought, seats)
    const broken = await brokenIn(mesh, stall, seats)
    const all = { ...broken, 'served before somebody who came earlier': unfairIn(bought) }
    const limits = Object.entries(all).map(([name, value]) => ({ name, value, atMost: 0 }))
    showLimits(bench.report, 'on-sale', `${buyers.length} buyers, ${seats} seats`, limits)
  } finally {
    await crowd.stop()
  }
}

/** The on-sale: how fast tickets are reserved, and whether a rush leaves all in order. */
export const onSale = async (bench: Bench): Promise<void> => {
  const count = bench.quick ? 1000 : 10_000
  const mesh = await startBenchMesh(bench, 'on_sale')
  try {
    const key = await signingKeyOf(mesh.databaseOf('identity'), mesh.secrets.TROUPE_MASTER_KEY ?? '')
    const people = await withCards(mesh.databaseOf('payment'), count)
    const buyers = () => buyersOf(people, key, new Date())
    await reserving(bench, mesh, async () =>
      buyers().map(({ token }, index) => ({ id: people[index]?.id ?? '', token })),
    )
    await sale(bench, mesh, buyers())
  } finally {
    await mesh.stop()
  }
}
