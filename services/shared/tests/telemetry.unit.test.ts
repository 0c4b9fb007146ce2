import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { InMemorySpanExporter } from '@opentelemetry/sdk-trace'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { messagingAttributes, rpcAttributes } from '../infrastructure/telemetry/attributes.ts'
import { createLogger, type LoggerOptions } from '../infrastructure/telemetry/logger.ts'
import { createMetrics } from '../infrastructure/telemetry/metrics.ts'
import { otlpExporter } from '../infrastructure/telemetry/trace-exporter.ts'
import { formatTraceparent, parseTraceparent } from '../infrastructure/telemetry/traceparent.ts'
import { startTracing, type Tracing } from '../infrastructure/telemetry/tracing.ts'

const sampledHeader = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const unsampledHeader = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00'

describe('logger', () => {
  const logging = (options: Partial<LoggerOptions> = {}) => {
    const lines: string[] = []
    const logger = createLogger({
      service: 'story-service',
      level: 'info',
      destination: { write: (line) => lines.push(line) },
      ...options,
    })
    return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '') }
  }

  it('writes one JSON object a line, in the shape of the design', () => {
    const { logger, lines, last } = logging({ context: () => ({ correlationId: 'abc-123', userId: 'user-456' }) })
    const before = Date.now()
    logger.info('Story created', { storyId: 'story-789', duration: 145 })
    const { timestamp, ...rest } = last()
    expect(rest).toEqual({
      service: 'story-service',
      level: 'info',
      correlationId: 'abc-123',
      userId: 'user-456',
      message: 'Story created',
      metadata: { storyId: 'story-789', duration: 145 },
    })
    expect(timestamp).toBe(new Date(timestamp).toISOString())
    expect(Date.parse(timestamp)).toBeGreaterThanOrEqual(before)
    expect(lines[0]?.endsWith('}\n')).toBe(true)
  })

  it('leaves out who is not known and says nothing below its level', () => {
    const { logger, lines, last } = logging({ context: () => undefined })
    logger.debug('hidden')
    expect(lines).toEqual([])
    logger.warn('100% shown')
    expect(Object.keys(last()).sort()).toEqual(['level', 'message', 'metadata', 'service', 'timestamp'])
    expect(last()).toMatchObject({ level: 'warn', message: '100% shown', metadata: {} })
  })

  it('adds the metadata of a child to its lines, nearest first', () => {
    const { logger, last } = logging()
    logger.child({ consumer: 'authors', attempt: 1 }).child({ attempt: 2 }).error('gave up', { event: 'e-1' })
    expect(last().metadata).toEqual({ consumer: 'authors', attempt: 2, event: 'e-1' })
  })

  it('serialises errors with their causes, without what drivers attach to them', () => {
    const { logger, last } = logging()
    const refused = Object.assign(new Error('refused'), { code: '23505', detail: 'Key (email)=(a@b.c) exists' })
    logger.error('failed', {
      error: new TypeError('outer', { cause: refused }),
      nested: [new AggregateError([new Error('v4'), new Error('v6')], '')],
    })
    const { error, nested } = last().metadata
    expect(error).toMatchObject({ name: 'TypeError', message: 'outer', cause: { message: 'refused', code: '23505' } })
    expect(error.stack).toContain('telemetry.unit.test')
    expect(nested[0].errors.map((inner: Error) => inner.message)).toEqual(['v4', 'v6'])
    expect(JSON.stringify(error)).not.toContain('a@b.c')
  })

  it('redacts secrets at any depth, in children too', () => {
    const { logger, lines, last } = logging()
    logger.child({ api_key: 'hush' }).info('call', {
      headers: new Map([['Authorization', 'Bearer hush']]),
      body: [{ password: 'hush', refresh_token: 'hush', accessToken: ['hush'], clientSecret: { value: 'hush' } }],
      error: new Error('x', { cause: { 'x-api-key': 'hush' } }),
      link: new URL('https://user:hush@example.org/verify?token=hush'),
      token: 'hush',
      author: 'kept',
    })
    expect(lines[0]).not.toContain('hush')
    expect(last().metadata).toMatchObject({ author: 'kept', token: '[redacted]', api_key: '[redacted]' })
  })

  it('never lets a secret out, wherever it is', () => {
    const secretKeys = [
      'password',
      'token',
      'authorization',
      'secret',
      'refresh_token',
      'api_key',
      'apiKey',
      'newPassword',
    ]
    const wrap = fc.array(fc.constantFrom('list', 'record', 'map', 'set', 'cause'), { maxLength: 8 })
    fc.assert(
      fc.property(fc.constantFrom(...secretKeys), wrap, (key, layers) => {
        const { logger, lines } = logging()
        let value: unknown = { [key]: 'hush-hush' }
        for (const layer of layers) {
          if (layer === 'list') value = [value]
          if (layer === 'record') value = { inner: value }
          if (layer === 'map') value = new Map([['inner', value]])
          if (layer === 'set') value = new Set([value])
          if (layer === 'cause') value = new Error('failed', { cause: value })
        }
        logger.info('x', { value })
        expect(lines[0]).toContain('[redacted]')
        expect(lines[0]).not.toContain('hush-hush')
      }),
    )
  })

  it('writes what JSON cannot', () => {
    const { logger, last } = logging()
    const loop: Record<string, unknown> = { id: 12n, body: new Uint8Array(3), at: new Date(0) }
    loop.self = loop
    logger.info('odd', { loop })
    expect(last().metadata.loop).toEqual({
      id: '12',
      body: '[3 bytes]',
      at: '1970-01-01T00:00:00.000Z',
      self: '[circular]',
    })
    const shared = { id: 1 }
    logger.info('twice', { first: shared, second: shared })
    expect(last().metadata).toEqual({ first: { id: 1 }, second: { id: 1 } })
    const trap = {
      get value() {
        throw new Error('boom')
      },
    }
    logger.info('trap', { trap })
    expect(last()).toMatchObject({ message: 'trap', metadata: { unloggable: { message: 'boom' } } })
  })

  it('writes lines for people when asked to, and flushes its destination', () => {
    const lines: string[] = []
    let flushed = 0
    const destination = { write: (line: string) => lines.push(line), flushSync: () => (flushed += 1) }
    const { logger } = logging({ pretty: true, destination, context: () => ({ correlationId: 'abc-123' }) })
    logger.error('Story lost', { storyId: 's-1', error: new Error('outer', { cause: new Error('inner') }) })
    logger.flush()
    const [first, ...stack] = (lines[0] ?? '').split('\n')
    expect(first).toMatch(/^[\d:.]{12} ERROR story-service Story lost {2}storyId=s-1 correlation=abc-123$/)
    expect(stack.join('\n')).toMatch(/^ {2}Error: outer[\s\S]+caused by Error: inner/)
    expect(flushed).toBe(1)
  })
})

describe('traceparent', () => {
  it('reads back what it writes', () => {
    const hex = (length: number) =>
      fc
        .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
        .map((digits) => digits.join(''))
        .filter((digits) => /[^0]/.test(digits))
    fc.assert(
      fc.property(hex(32), hex(16), fc.integer({ min: 0, max: 255 }), (traceId, spanId, traceFlags) => {
        const header = formatTraceparent({ traceId, spanId, traceFlags }) ?? ''
        expect(parseTraceparent(header)).toEqual({ traceId, spanId, traceFlags, isRemote: true })
      }),
    )
  })

  it.each([
    '',
    'nonsense',
    sampledHeader.toUpperCase(),
    `${sampledHeader}-extra`,
    sampledHeader.replace(/^00/, 'ff'),
    sampledHeader.replace('0af7651916cd43dd8448eb211c80319c', '0'.repeat(32)),
    sampledHeader.replace('b7ad6b7169203331', '0'.repeat(16)),
  ])('refuses %j', (header) => {
    expect(parseTraceparent(header)).toBeUndefined()
  })

  it('reads later versions', () => {
    expect(parseTraceparent(`${sampledHeader.replace(/^00/, '01')}-extra`)).toEqual(parseTraceparent(sampledHeader))
  })
})

describe('tracing', () => {
  const tracing = (sampleRatio = 1) => {
    const exporter = new InMemorySpanExporter()
    const make = (service: string) => startTracing({ service, sampleRatio, exporter })
    const finished = async (...tracings: Tracing[]) => {
      await Promise.all(tracings.map((each) => each.flush()))
      return Object.fromEntries(exporter.getFinishedSpans().map((span) => [span.name, span]))
    }
    return { make, finished, exporter }
  }

  it('keeps one trace through awaits, side-by-side work and a header, across services', async () => {
    const { make, finished } = tracing()
    const [gateway, story] = [make('gateway'), make('story')]
    const rpc = rpcAttributes('troupe.story.v1.StoryService', 'CreateStory')
    const header = await gateway.span('call', { kind: 'server', attributes: rpc }, async () => {
      await setTimeout(1)
      await Promise.all([
        gateway.span('left', { kind: 'internal' }, () => setTimeout(2)),
        gateway.span('right', { kind: 'internal' }, () => setImmediate()),
      ])
      return gateway.span('send', { kind: 'producer' }, async () => gateway.traceparent())
    })
    expect(gateway.traceparent()).toBeUndefined()
    const attributes = messagingAttributes({ operation: 'process', destination: 's.v1', messageId: 'e', consumer: 'c' })
    await story.span('consume', { kind: 'consumer', parent: header, attributes }, async () => setImmediate())

    const { call, left, right, send, consume } = await finished(gateway, story)
    const spans = [call, left, right, send, consume]
    expect(new Set(spans.map((span) => span?.spanContext().traceId)).size).toBe(1)
    expect([left, right, send].map((span) => span?.parentSpanContext?.spanId)).toEqual(
      Array(3).fill(call?.spanContext().spanId),
    )
    expect(consume?.parentSpanContext).toMatchObject({ spanId: send?.spanContext().spanId, isRemote: true })
    expect(spans.map((span) => span?.resource.attributes['service.name'])).toEqual([
      ...Array(4).fill('gateway'),
      'story',
    ])
    expect(spans.map((span) => span?.kind)).toEqual([
      SpanKind.SERVER,
      SpanKind.INTERNAL,
      SpanKind.INTERNAL,
      SpanKind.PRODUCER,
      SpanKind.CONSUMER,
    ])
    expect(call?.attributes).toEqual({
      'rpc.system': 'grpc',
      'rpc.service': 'troupe.story.v1.StoryService',
      'rpc.method': 'CreateStory',
    })
    expect(consume?.attributes).toMatchObject({ 'messaging.message.id': 'e', 'messaging.consumer.group.name': 'c' })
  })

  it('keeps concurrent requests apart', async () => {
    const { make, exporter } = tracing()
    const service = make('story')
    const request = (index: number) =>
      service.span(`outer ${index}`, { kind: 'server' }, async () => {
        await setTimeout(index % 3)
        await service.span(`inner ${index}`, { kind: 'client' }, () => setImmediate())
      })
    await Promise.all(Array.from({ length: 20 }, (_, index) => request(index)))
    await service.flush()
    const spans = new Map(exporter.getFinishedSpans().map((span) => [span.name, span]))
    expect(spans.size).toBe(40)
    for (let index = 0; index < 20; index += 1) {
      expect(spans.get(`inner ${index}`)?.parentSpanContext?.spanId).toBe(
        spans.get(`outer ${index}`)?.spanContext().spanId,
      )
    }
    expect(new Set(Array.from(spans.values(), (span) => span.spanContext().traceId)).size).toBe(20)
  })

  it('leaves an exporter that others share open', async () => {
    const { make, finished } = tracing()
    const [stopping, staying] = [make('story'), make('identity')]
    await stopping.span('first', { kind: 'server' }, () => setImmediate())
    await stopping.shutdown()
    await staying.span('second', { kind: 'server' }, () => setImmediate())
    expect(Object.keys(await finished(staying))).toEqual(['first', 'second'])
  })

  it('records nothing of its own at ratio 0, yet propagates, and follows a sampled parent', async () => {
    const { make, finished } = tracing(0)
    const service = make('story')
    const headers = await service.span('root', { kind: 'server' }, async () => [
      service.traceparent(),
      await service.span('child', { kind: 'client' }, async () => service.traceparent()),
    ])
    expect(headers[0]).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-00$/)
    expect(headers[1]).toBe(headers[0])
    const unsampled = { kind: 'server', parent: unsampledHeader } as const
    expect(await service.span('unsampled', unsampled, async () => service.traceparent())).toBe(unsampledHeader)
    await service.span('followed', { kind: 'server', parent: sampledHeader }, () => setImmediate())
    const spans = await finished(service)
    expect(Object.keys(spans)).toEqual(['followed'])
    expect(spans.followed?.spanContext().traceId).toBe('0af7651916cd43dd8448eb211c80319c')
  })

  it('passes an incoming header on when it is off, and refuses a broken one', async () => {
    const off = startTracing({ service: 'story', sampleRatio: 1 })
    const through = (parent?: string) =>
      off.span('rpc', { kind: 'server', parent }, async (span) => {
        await setImmediate()
        expect(span.isRecording()).toBe(false)
        return off.span('call', { kind: 'client' }, async () => off.traceparent())
      })
    expect(await through(sampledHeader)).toBe(sampledHeader)
    expect(await through('broken')).toBeUndefined()
    expect(await through()).toBeUndefined()
  })

  it('records a failure and passes it on', async () => {
    const { make, finished } = tracing()
    const service = make('story')
    const failure = Object.assign(new RangeError('too long'), { code: 3 })
    await expect(service.span('fails', { kind: 'server' }, () => Promise.reject(failure))).rejects.toBe(failure)
    const { fails } = await finished(service)
    expect(fails?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'too long' })
    expect(fails?.attributes['error.type']).toBe('RangeError')
    expect(fails?.events).toMatchObject([
      { name: 'exception', attributes: { 'exception.type': 'RangeError', 'exception.message': 'too long' } },
    ])
  })

  it('sends spans to a collector, with the name of their service', async () => {
    const bodies: { url: string | undefined; type: string | undefined; text: string }[] = []
    const collector = createServer(async (request, response) => {
      const chunks = await request.toArray()
      const text = Buffer.concat(chunks).toString('latin1')
      bodies.push({ url: request.url, type: request.headers['content-type'], text })
      response.setHeader('content-type', 'application/json').end('{}')
    })
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
    const exporter = otlpExporter(`http://127.0.0.1:${(collector.address() as AddressInfo).port}`)
    const [story, identity] = ['story', 'identity'].map((name) =>
      startTracing({ service: `${name}-service`, sampleRatio: 1, exporter }),
    )
    await story?.span('CreateStory', { kind: 'server' }, () => setImmediate())
    await story?.shutdown()
    await identity?.span('Login', { kind: 'server' }, () => setImmediate())
    await identity?.shutdown()
    await exporter.shutdown()
    collector.closeAllConnections()
    collector.close()
    expect(bodies.map(({ url }) => url)).toEqual(['/v1/traces', '/v1/traces'])
    expect(bodies[0]?.type).toMatch(/^application\/(json|x-protobuf)$/)
    expect(bodies[0]?.text).toMatch(/story-service[\s\S]*CreateStory/)
    expect(bodies[1]?.text).toMatch(/identity-service[\s\S]*Login/)
  })

  it('tells once that a collector fails, and stops all the same', async () => {
    const collector = createServer((_request, response) => response.writeHead(400).end())
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
    const exporter = otlpExporter(`http://127.0.0.1:${(collector.address() as AddressInfo).port}`)
    const errors: Error[] = []
    const service = startTracing({
      service: 'story',
      sampleRatio: 1,
      exporter,
      onExportError: (error) => errors.push(error),
    })
    for (let batch = 0; batch < 2; batch += 1) {
      await service.span('lost', { kind: 'server' }, () => setImmediate())
      await expect(service.flush()).rejects.toThrow('Bad Request')
    }
    expect(errors).toHaveLength(1)
    await service.shutdown()
    await exporter.shutdown()
    collector.closeAllConnections()
    collector.close()
  })
})

describe('metrics', () => {
  it('renders every measure of the kernel and of the process', async () => {
    const metrics = createMetrics()
    metrics.declareMethods('troupe.story.v1.StoryService', ['CreateStory', 'GetStory'])
    const open = metrics.rpc('troupe.story.v1.StoryService', 'GetStory')
    metrics.rpc('troupe.story.v1.StoryService', 'CreateStory')('ok')
    metrics.shed('troupe.story.v1.StoryService')
    metrics.clientCall('story', 'GetStory')('not_found')
    metrics.outboxPending('story', 7)
    metrics.relayed('story', 3)
    metrics.relayed('story', 2)
    metrics.consumed('story', 'authors', 'applied', 0.004)
    metrics.deadLetters('story', 'authors', 1)
    metrics.flushed('story', 0.002)
    metrics.flushConflict('story')
    metrics.processCommand('story', 'publishing', 'answered')
    metrics.pool('story', { total: 4, idle: 1, waiting: 2 })
    const text = await metrics.render()
    const service = 'service="troupe.story.v1.StoryService"'
    for (const line of [
      `troupe_rpc_server_duration_seconds_count{${service},method="CreateStory",code="ok"} 1`,
      `troupe_rpc_server_in_flight{${service}} 1`,
      `troupe_rpc_server_shed_total{${service}} 1`,
      'troupe_rpc_client_duration_seconds_count{target="story",method="GetStory",code="not_found"} 1',
      'troupe_outbox_pending{context="story"} 7',
      'troupe_outbox_relayed_total{context="story"} 5',
      'troupe_consumer_messages_total{context="story",consumer="authors",outcome="applied"} 1',
      'troupe_consumer_duration_seconds_bucket{le="0.005",context="story",consumer="authors"} 1',
      'troupe_consumer_duration_seconds_bucket{le="0.0025",context="story",consumer="authors"} 0',
      'troupe_dead_letters{context="story",consumer="authors"} 1',
      'troupe_flush_duration_seconds_sum{context="story"} 0.002',
      'troupe_flush_conflicts_total{context="story"} 1',
      'troupe_process_commands_total{context="story",process="publishing",outcome="answered"} 1',
      'troupe_db_pool_connections{context="story",state="idle"} 1',
      'troupe_db_pool_connections{context="story",state="used"} 3',
      'troupe_db_pool_waiting{context="story"} 2',
    ]) {
      expect(text.split('\n')).toContain(line)
    }
    expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds [\d.e-]+$/m)
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m)
    expect(metrics.contentType).toBe('text/plain; version=0.0.4; charset=utf-8')
    open('ok')
    open('internal')
    const after = await metrics.render()
    expect(after).toContain(`troupe_rpc_server_in_flight{${service}} 0`)
    expect(after).not.toContain('code="internal"')
  })

  it('has no more series however many paths are tried', async () => {
    const metrics = createMetrics()
    metrics.declareMethods('troupe.story.v1.StoryService', ['GetStory'])
    for (let index = 0; index < 100; index += 1) {
      metrics.rpc(`unknown${index}`, 'GetStory')('unimplemented')
      metrics.rpc('troupe.story.v1.StoryService', `Unknown${index}`)(`code${index}`)
      metrics.clientCall('story', `Unknown${index}`)('ok')
      metrics.shed(`unknown${index}`)
    }
    const series = (await metrics.render()).split('\n').filter((line) => /^troupe_rpc\w+(_count|_total)\{/.test(line))
    expect(series.toSorted()).toEqual([
      'troupe_rpc_client_duration_seconds_count{target="story",method="other",code="ok"} 100',
      'troupe_rpc_server_duration_seconds_count{service="other",method="other",code="unimplemented"} 100',
      'troupe_rpc_server_duration_seconds_count{service="troupe.story.v1.StoryService",method="other",code="other"} 100',
      'troupe_rpc_server_shed_total{service="other"} 100',
    ])
  })

  it('asks its collectors before each rendering, and outlives one that fails', async () => {
    const errors: unknown[] = []
    const metrics = createMetrics({ onCollectError: (error) => errors.push(error) })
    let pending = 1
    const stop = metrics.onCollect(async () => metrics.outboxPending('story', pending))
    metrics.onCollect(() => {
      throw new Error('database away')
    })
    expect(await metrics.render()).toContain('troupe_outbox_pending{context="story"} 1')
    pending = 2
    const second = await metrics.render()
    expect(second).toContain('troupe_outbox_pending{context="story"} 2')
    expect(second).toContain('troupe_metrics_collect_failures_total 2')
    expect(errors).toHaveLength(2)
    stop()
    pending = 3
    expect(await metrics.render()).toContain('troupe_outbox_pending{context="story"} 2')
  })

  it('does not wait for ever for a collector', async () => {
    const metrics = createMetrics({ collectTimeoutMs: 20 })
    metrics.onCollect(() => new Promise<void>(() => {}))
    expect(await metrics.render()).toContain('troupe_metrics_collect_failures_total 1')
  })
})
