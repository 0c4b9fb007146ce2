import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import http2 from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Report } from '../report.ts'
import { startChild } from './child.ts'
import { onDatabase } from './database.ts'
import { startWriter } from './kernel-writes.ts'
import { closedLoop } from './load/closed-loop.ts'
import { type NodeLoad, startNodeLoad } from './load/node-load.ts'
import { pgbench } from './load/pgbench.ts'
import type { Target } from './load/target.ts'
import { beside, type Sample } from './measure.ts'
import { pageScripts } from './references/page-scripts.ts'
import type { Bench } from './setting.ts'
import { findTools } from './tools.ts'

const secret = () => randomBytes(32).toString('base64url')

let bench: Bench
let load: NodeLoad
// Ends what a test that ran out of its own time left at work.
const stopping = new AbortController()

beforeAll(async () => {
  const nothing = { say: () => {}, table: () => {}, fellShort: () => {}, keep: () => {}, finish: () => 0 }
  bench = {
    report: nothing satisfies Report,
    quick: true,
    runs: 1,
    warmUps: 1,
    seconds: 0.2,
    cores: { core: undefined, measured: [], all: '', others: '', description: '' },
    tools: findTools(),
    environment: {
      TROUPE_POSTGRES_URL: process.env.TROUPE_TEST_POSTGRES_URL,
      TROUPE_NATS_URL: process.env.TROUPE_TEST_NATS_URL,
      TROUPE_SERVICE_SECRET: secret(),
      TROUPE_MASTER_KEY: secret(),
    },
    natsServer: process.env.TROUPE_TEST_NATS_SERVER ?? '',
    folder: mkdtempSync(join(tmpdir(), 'troupe-bench-')),
    signal: stopping.signal,
  }
  load = await startNodeLoad(bench)
})

afterAll(async () => {
  await load.stop()
  stopping.abort()
  rmSync(bench.folder, { recursive: true })
})

describe('the write path', () => {
  it('counts what is committed, beside a reference that commits the same rows', async () => {
    const writer = await startWriter(bench)
    try {
      const { url } = writer.facts
      const { transaction } = await pageScripts(url)
      await onDatabase(url, 'truncate pages, event_store, outbox')
      const write = () => writer.ask<Sample>('write', { callers: 2, seconds: bench.seconds })
      const reference = pgbench(bench, url, transaction, 1)
      const counted: Record<string, number> = { ours: 0, reference: 0 }
      const noted = (name: string, run: () => Promise<Sample>) => async () => {
        const sample = await run()
        counted[name] = (counted[name] ?? 0) + sample.count
        return sample
      }
      const samples = await beside(noted('ours', write), reference && noted('reference', reference), bench)
      const [rows] = await onDatabase(
        url,
        `select count(*)::int as events, count(distinct e.stream_id)::int as pages, count(o.position)::int as waiting,
           count(distinct length(e.event_data::text) + length(e.payload))::int as sizes
         from pages p join event_store e on e.stream_id = p.id::text left join outbox o using (position)`,
      )
      const all = (counted.ours ?? 0) + (counted.reference ?? 0)
      expect(rows).toEqual({ events: all, pages: all, waiting: all, sizes: 1 })
      expect(samples.ours).toHaveLength(1)
      expect(samples.ours[0]?.count).toBeGreaterThan(0)
      expect(samples.reference?.length).toBe(reference && 1)
    } finally {
      await writer.stop()
    }
  })
})

describe('the load', () => {
  const withOwnClient = (): Bench => ({ ...bench, tools: { h2load: undefined, wrk: undefined, pgbench: undefined } })
  const target = (url: string, protocol: Target['protocol'], type = 'application/proto'): Target => ({
    url,
    protocol,
    path: '/any',
    headers: { 'content-type': type },
    body: Buffer.from('request'),
  })

  it('counts answers, by every client there is', async () => {
    const echo = await startChild<{ h2: string; http1: string }>(bench, 'references/echo.ts', {
      args: ['100'],
      measured: true,
    })
    try {
      for (const setting of [bench, withOwnClient()]) {
        for (const protocol of ['h2', 'http1'] as const) {
          for (const type of ['application/proto', 'application/grpc']) {
            const run = await closedLoop(setting, load, target(echo.facts[protocol], protocol, type), 100)
            expect((await run()).count).toBeGreaterThan(0)
          }
        }
      }
    } finally {
      await echo.stop()
    }
  })

  it('fails when an answer is not OK or not whole', async () => {
    const server = http.createServer((_request, response) => response.writeHead(500).end('no'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const run = await closedLoop({ ...bench, tools: findTools() }, load, target(`http://127.0.0.1:${port}`, 'http1'), 2)
    await expect(run()).rejects.toThrow()
    server.closeAllConnections()
    server.close()
  })

  it('fails when gRPC says so, whatever else came', async () => {
    const server = http2.createServer()
    server.on('stream', (stream) => {
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '7' }))
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
      stream.end('x')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const run = await closedLoop(withOwnClient(), load, target(`http://127.0.0.1:${port}`, 'h2', 'application/grpc'), 1)
    await expect(run()).rejects.toThrow('grpc-status 7')
    server.close()
  })
})
