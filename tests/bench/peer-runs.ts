import { migrate } from '../../services/shared/infrastructure/migrate.ts'
import { type Child, startChild } from './child.ts'
import { databaseUrl, onDatabase } from './database.ts'
import { gatewayRun } from './load/gateway-load.ts'
import type { NodeLoad } from './load/node-load.ts'
import type { Run, Sample } from './measure.ts'
import { sampleText } from './sample-story.ts'
import { migrations, someAuthor } from './servers/page.ts'
import type { Bench } from './setting.ts'
import { storyId, storyIdSql } from './story-data.ts'

/** A peer at work: pages created with their events, and read by id. */
export interface Peer {
  create: Run
  read: Run
  /** What its processes cost is that of this one. */
  pid: number
  /** Rejects unless every page has its event and its outbox row. */
  check?(): Promise<void>
  stop(): Promise<void>
}

/** What every peer is asked with. */
export interface PeerLoad {
  callers: number
  /** Pages that are there to be read. */
  pages: number
}

const page = { authorId: someAuthor(1), title: 'The Fox and the Grapes', content: sampleText }

/** The wire form of a message whose fields are texts, numbered from 1. */
const texts = (...values: string[]): Uint8Array =>
  Buffer.concat(
    values.map((value, index) => {
      const bytes = Buffer.from(value)
      const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7]
      return Buffer.concat([Buffer.from([((index + 1) << 3) | 2, ...length]), bytes])
    }),
  )

const someIds = (pages: number): string[] =>
  Array.from({ length: 5000 }, () => storyId(1 + Math.floor(Math.random() * pages)))

/** A database with the kernel's tables and some pages. */
const pageDatabase = async (bench: Bench, name: string, pages: number): Promise<string> => {
  const url = databaseUrl(bench.environment.TROUPE_POSTGRES_URL, `bench_peer_${name}`)
  await migrate(url, migrations)
  const load = `insert into pages (id, author_id, title, content, created_at) select ${storyIdSql('n')}, '${page.authorId}',
    '${page.title}', '${page.content}', now() from generate_series(1, ${pages}) as n`
  await onDatabase(url, load, 'vacuum (analyze)', 'checkpoint')
  return url
}

const checkRows = async (url: string, pages: number): Promise<void> => {
  const counts = '(select count(*) from pages) as pages, (select count(*) from event_store) as events'
  const [row] = await onDatabase<Record<'pages' | 'events' | 'outbox', string>>(
    url,
    `select ${counts}, (select count(*) from outbox) as outbox`,
  )
  const made = Number(row?.pages) - pages
  if (made === 0 || Number(row?.events) !== made || Number(row?.outbox) !== made) {
    throw new Error(`the rows do not match: ${JSON.stringify(row)}`)
  }
}

export const startNest = async (bench: Bench, load: NodeLoad, { callers, pages }: PeerLoad): Promise<Peer> => {
  const database = await pageDatabase(bench, 'nest', pages)
  const nest = await startChild<{ url: string }>(bench, 'peers/nest.mjs', { measured: true, args: [database] })
  const call = (method: string, messages: readonly Uint8Array[]) =>
    gatewayRun(bench, load, {
      url: nest.facts.url,
      path: `/bench.Pages/${method}`,
      messages,
      people: async () => [],
      callers,
    })
  return {
    create: call('CreatePage', [texts(page.authorId, page.title, page.content)]),
    read: call(
      'GetPage',
      someIds(pages).map((id) => texts(id)),
    ),
    pid: nest.pid,
    check: () => checkRows(database, pages),
    stop: nest.stop,
  }
}

const asked = (
  bench: Bench,
  child: Child<unknown>,
  callers: number,
  action: string,
  inputs: readonly object[],
): Run => {
  const { seconds } = bench
  return () => child.ask<Sample>('run', { action, inputs, callers, seconds })
}

export const startMoleculer = async (bench: Bench, { callers, pages }: PeerLoad): Promise<Peer> => {
  const database = await pageDatabase(bench, 'moleculer', pages)
  const nats = bench.environment.TROUPE_NATS_URL ?? ''
  const node = await startChild(bench, 'peers/moleculer-service.mjs', { measured: true, args: [database, nats] })
  const load = await startChild(bench, 'peers/moleculer-load.mjs', { measured: false, args: [nats] })
  const ids = someIds(pages).map((id) => ({ id }))
  return {
    create: asked(bench, load, callers, 'pages.create', [page]),
    read: asked(bench, load, callers, 'pages.get', ids),
    pid: node.pid,
    check: () => checkRows(database, pages),
    stop: async () => {
      await load.stop()
      await node.stop()
    },
  }
}

export const startEmmett = async (bench: Bench, { callers }: PeerLoad): Promise<Peer> => {
  const server = bench.environment.TROUPE_POSTGRES_URL
  await onDatabase(server ?? '', 'create database bench_peer_emmett')
  const args = [databaseUrl(server, 'bench_peer_emmett')]
  const emmett = await startChild(bench, 'peers/emmett.mjs', { measured: true, args })
  const call = (action: string) => asked(bench, emmett, callers, action, [page])
  return { create: call('create'), read: call('get'), pid: emmett.pid, stop: emmett.stop }
}
