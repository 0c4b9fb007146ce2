import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import { EventOrder, SearchEventsRequestSchema } from '#gen/troupe/catalog/v1/catalog_service_pb.ts'
import { type CatalogPorts, catalogApp } from '../../services/catalog/application/app.ts'
import { eventSearch } from '../../services/catalog/infrastructure/event-search.ts'
import { fromSearch } from '../../services/catalog/presentation/from-proto.ts'
import { manyEvents, town } from '../../services/catalog/tests/many-events.ts'
import { startChild } from './child.ts'
import { onDatabase } from './database.ts'
import { type Figure, showFigures } from './figures.ts'
import type { Delays } from './load/delays.ts'
import { type NodeLoad, startNodeLoad } from './load/node-load.ts'
import { rpcTarget } from './load/target.ts'
import { alternate, type Run } from './measure.ts'
import { type BenchMesh, startBenchMesh } from './mesh.ts'
import { queriesOf, textOf } from './references/queries-of.ts'
import type { Bench } from './setting.ts'

type Search = MessageInitShape<typeof SearchEventsRequestSchema>

const dayMs = 24 * 60 * 60_000
const path = '/troupe.catalog.v1.CatalogService/SearchEvents'

const searchesFrom = (now: Date): Readonly<Record<string, readonly Search[]>> => {
  const day = (days: number) => timestampFromDate(new Date(now.getTime() + days * dayMs))
  const near = { center: town.center, radiusKm: town.radiusKm }
  const month = { startsAfter: day(100), startsBefore: day(130) }
  const single: Record<string, Search> = {
    'a rare word': { text: 'xylophone' },
    'a word of every second one': { text: 'music' },
    'a town, nearest first': { near, order: EventOrder.DISTANCE },
    'a kind within a month': { category: 'kind 7', ...month },
    'the cheapest of what is left': { onlyAvailable: true, price: { currency: 'EUR' }, order: EventOrder.PRICE },
    'all of it together': {
      text: 'music',
      near: { ...near, radiusKm: 300 },
      startsAfter: day(0),
      startsBefore: day(200),
      price: { currency: 'EUR', minMinorUnits: 1000n, maxMinorUnits: 9000n },
      onlyAvailable: true,
    },
  }
  const each = Object.fromEntries(Object.entries(single).map(([name, search]) => [name, [search]]))
  return { ...each, 'each of these in turn': Object.values(single) }
}

const asSample = ({ p50Ms, count }: Delays) => ({ perSecond: 1000 / p50Ms, count })

const throughTheGateway = (bench: Bench, load: NodeLoad, mesh: BenchMesh, searches: readonly Search[]): Run => {
  const people = mesh.people(1)
  const messages = searches.map((search) =>
    toBinary(SearchEventsRequestSchema, create(SearchEventsRequestSchema, search)),
  )
  const targets = messages.map((message) => rpcTarget('grpc', mesh.url, path, message, undefined))
  return async () => {
    const tokens = (await people()).map(({ token }) => token)
    const headers = { ...targets[0]?.headers }
    const bodies = targets.map(({ body }) => body.toString('base64'))
    const shape = { connections: 1, streams: 1, seconds: bench.seconds }
    return asSample(await load.timed({ url: mesh.url, path, protocol: 'h2', headers, bodies, tokens, ...shape }))
  }
}

/** Searches for events through the gateway, one after the other, beside the same queries without anything around them. */
export const search = async (bench: Bench): Promise<void> => {
  const count = bench.quick ? 10_000 : 100_000
  const mesh = await startBenchMesh(bench, 'search')
  const load = await startNodeLoad(bench)
  const database = mesh.databaseOf('catalog')
  const reference = await startChild(bench, 'references/timed-queries.ts', { args: [database], measured: false })
  try {
    const now = new Date()
    await onDatabase(database, ...manyEvents(count, now), 'vacuum (analyze)', 'checkpoint')
    const figures: Figure[] = []
    for (const [name, searches] of Object.entries(searchesFrom(now))) {
      const queries = await queriesOf(database, async (database) => {
        const app = catalogApp({ search: eventSearch({ database }), clock: { now: () => now } } as CatalogPorts)
        for (const one of searches) {
          await app.searchEvents(fromSearch(create(SearchEventsRequestSchema, one)), { size: 20, token: '' })
        }
      })
      // Dates and big numbers do not go to another process as they are.
      const asked = queries.map(({ text, values }) => ({ text, values: values.map(textOf) }))
      const bare = () => reference.ask<Delays>('timed', { queries: asked, seconds: bench.seconds }).then(asSample)
      const sides = { ours: throughTheGateway(bench, load, mesh, searches), reference: bare }
      figures.push({ name, ...(await alternate(sides, bench)) })
    }
    const meaning = `p50 as answers a second, ${count} events, one caller; reference: the bare queries over one connection`
    showFigures(bench.report, 'search', meaning, figures)
  } finally {
    await reference.stop()
    await load.stop()
    await mesh.stop()
  }
}
