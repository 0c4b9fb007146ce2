import { setTimeout as sleep } from 'node:timers/promises'
import { create, type DescMessage, fromJson, type JsonValue, setExtension, toBinary } from '@bufbuild/protobuf'
import { fileDesc, messageDesc } from '@bufbuild/protobuf/codegenv2'
import {
  FieldOptionsSchema,
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  StringValueSchema,
  FieldDescriptorProto_Type as Type,
} from '@bufbuild/protobuf/wkt'
import { Code, ConnectError, type Interceptor } from '@connectrpc/connect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FieldRulesSchema, field as fieldRules, file_buf_validate_validate } from '#gen/buf/validate/validate_pb.ts'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { notFound, unauthenticated } from '../domain/errors.ts'
import { admissionKey, currentCall } from '../infrastructure/call-context.ts'
import { openDatabase } from '../infrastructure/database.ts'
import { IdempotencyStore } from '../infrastructure/idempotency.ts'
import { currentUnit } from '../infrastructure/unit-of-work.ts'
import { createUnits } from '../infrastructure/units.ts'
import { uuidv7 } from '../infrastructure/uuid.ts'
import { callScope, errors, validation } from '../presentation/interceptors.ts'
import { rateLimiting } from '../presentation/rate-limiting.ts'
import { unitsOfWork } from '../presentation/units-of-work.ts'
import { anyCall, entities, migrations, Note, openFixture, testLog } from './fixture.ts'
import { ProbeService } from './probe-service.ts'
import { suiteDatabase } from './suite-database.ts'
import { caller, refusalOf, requestOf } from './unary-call.ts'

const { write, read, limited } = ProbeService.method

let suite: Awaited<ReturnType<typeof suiteDatabase>>
let fixture: Awaited<ReturnType<typeof openFixture>>

beforeAll(async () => {
  suite = await suiteDatabase('interceptors', migrations)
  fixture = await openFixture(suite.url)
})

afterAll(async () => {
  await fixture.database.close()
  await suite.drop()
})

const unitsOf = ({ database, units, clock }: typeof fixture) =>
  unitsOfWork({ database, units, store: new IdempotencyStore(database, Buffer.alloc(32, 1)), now: () => clock.now() })

const within = (milliseconds: number) => anyCall({ deadline: performance.now() + milliseconds })

describe('a deadline', () => {
  it('ends a call in time, and what its handler does afterwards is not kept', async () => {
    const id = uuidv7()
    const goOn = Promise.withResolvers<void>()
    const call = caller([unitsOf(fixture)], async () => {
      currentUnit().add(Note.write(id, 'ann', id))
      await goOn.promise
      return 'late'
    })
    for (const headers of [{}, { 'idempotency-key': uuidv7() }] as Record<string, string>[]) {
      const refusal = await refusalOf(call(write, 'a', { call: within(40), headers }))
      expect(refusal.code).toBe(Code.DeadlineExceeded)
    }
    goOn.resolve()
    await sleep(150)
    expect(await fixture.database.sql('select 1 from notes where id = $1', id)).toEqual([])
    expect(await fixture.database.sql('select 1 from event_store where stream_id = $1', id)).toEqual([])
    expect(await fixture.database.sql(`select 1 from idempotency where scope like '%Write'`)).toEqual([])
  })

  it('that has passed already ends the call', async () => {
    expect(
      (await refusalOf(caller([unitsOf(fixture)], () => sleep(20, 'a'))(write, 'a', { call: within(-1) }))).code,
    ).toBe(Code.DeadlineExceeded)
  })

  it('far away is no deadline soon', async () => {
    const month = 31 * 24 * 3_600_000
    const call = caller([unitsOf(fixture)], () => sleep(30, 'in time'))
    expect((await call(write, 'a', { call: within(month) })).text).toBe('in time')
  })

  it('does not stay behind on the timer list of a call that ended', async () => {
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const call = caller([unitsOf(fixture)], (text) => text)
    for (let n = 0; n < 50; n += 1) await call(write, 'a', { call: within(60_000) })
    const after = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    expect(after - before).toBeLessThan(10)
  })

  it('is not needed to stop a call whose caller has left', async () => {
    const id = uuidv7()
    const left = new AbortController()
    const call = caller([unitsOf(fixture)], async () => {
      currentUnit().add(Note.write(id, 'ann', id))
      left.abort(new ConnectError('gone', Code.Canceled))
      return 'to nobody'
    })
    await refusalOf(call(write, 'a', { call: anyCall({ signal: left.signal }) }))
    expect(await fixture.database.sql('select 1 from notes where id = $1', id)).toEqual([])
  })
})

describe('an error', () => {
  const logged: { message: string; metadata: unknown; correlationId: string | undefined }[] = []
  const log = {
    ...testLog,
    error: (message: string, metadata?: object) =>
      void logged.push({ message, metadata, correlationId: currentCall()?.correlationId }),
  }
  const failing = async (error: unknown, interceptors: Interceptor[] = []) => {
    logged.length = 0
    const call = anyCall()
    const refusal = await refusalOf(
      caller(interceptors, () => {
        throw error
      })(write, 'a', { call, log }),
    )
    return { refusal, call }
  }

  it('nobody expected is told to nobody but the log, with the correlation id of its call', async () => {
    const secret = 'password=hunter2'
    for (const error of [
      new Error(secret),
      new TypeError(secret),
      Object.assign(new Error(secret), { code: '42601', detail: secret }),
      new ConnectError(secret, Code.Internal),
      new ConnectError(secret, Code.Unknown),
      secret,
      undefined,
    ]) {
      const { refusal, call } = await failing(error, [unitsOf(fixture)])
      expect(refusal).toMatchObject({ code: Code.Internal, message: 'internal error', reason: undefined })
      expect(JSON.stringify([...refusal.metadata])).not.toContain('hunter2')
      expect(logged).toEqual([expect.objectContaining({ message: 'rpc failed', correlationId: call.correlationId })])
      expect(logged[0]?.metadata).toMatchObject({ rpc: 'test.v1.ProbeService/Write', error })
    }
  })

  it('of the domain is told as it is, and not logged', async () => {
    const { refusal } = await failing(notFound('NOTE_NOT_FOUND', 'there is no such note'))
    expect(refusal).toMatchObject({ code: Code.NotFound, reason: 'NOTE_NOT_FOUND', message: 'there is no such note' })
    expect(logged).toEqual([])
  })

  it('of a database that is away is UNAVAILABLE, whoever asked it', async () => {
    const database = openDatabase({
      url: 'postgresql://troupe:p@127.0.0.1:1/gone',
      poolSize: 1,
      entities,
      log: testLog,
    })
    const units = createUnits({
      ...{ database, clock: fixture.clock, constraints: {}, onStored: () => {}, onConflict: () => {} },
      timeFlush: (flush) => flush(),
    })
    const chain = [
      rateLimiting({ database, scale: 1, clockOffsetMs: () => 0, addressMark: (address) => address }),
      unitsOf({ ...fixture, database, units }),
    ]
    const call = caller(chain, async (text) => {
      await database.sql('select 1')
      return text
    })
    const away = { code: Code.Unavailable, reason: 'DATABASE_UNAVAILABLE' }
    expect(await refusalOf(call(read, 'a'))).toMatchObject(away)
    expect(await refusalOf(call(write, 'a'))).toMatchObject(away)
    expect(await refusalOf(call(write, 'a', { headers: { 'idempotency-key': 'k' } }))).toMatchObject(away)
    expect(await refusalOf(call(limited, 'a'))).toMatchObject(away)
    await database.close()
  })
})

describe('a stream', () => {
  const stream = async (source: () => AsyncGenerator<string>, admit?: () => Promise<void>) => {
    const call = anyCall()
    const { message, ...rest } = requestOf(write, create(StringValueSchema, { value: '' }), { call })
    rest.contextValues.set(admissionKey, admit)
    const request = { ...rest, stream: true, method: ProbeService.method.watch, message: (async function* () {})() }
    const answer = async () => ({ stream: true, header: new Headers(), trailer: new Headers(), message: source() })
    const chain = [errors({ context: 'test', log: testLog }), callScope(), validation()]
    const run = chain.reduceRight<(request: never) => Promise<unknown>>((next, each) => each(next as never), answer)
    const response = (await run(request as never)) as { message: AsyncIterable<string> }
    return { call, messages: response.message[Symbol.asyncIterator]() }
  }

  it('runs in its call from the first message to the last clean-up', async () => {
    const seen: unknown[] = []
    const { call, messages } = await stream(async function* () {
      try {
        seen.push(currentCall())
        yield 'a'
        seen.push(currentCall())
        yield 'b'
      } finally {
        seen.push(currentCall())
      }
    })
    await messages.next()
    await messages.next()
    await messages.return?.()
    expect(seen).toEqual([call, call, call])
  })

  it('says nothing more to who would not be let in any more, and is cleared away', async () => {
    const seen: string[] = []
    const source = async function* () {
      try {
        yield 'a'
        await sleep(1050)
        yield 'b'
        await sleep(1050)
        yield 'c'
      } finally {
        seen.push('cleared away')
      }
    }
    const admit = async () => {
      seen.push('asked')
      if (seen.length > 1) throw unauthenticated('SESSION_ENDED', 'this session has ended')
    }
    const { messages } = await stream(source, admit)
    expect([await messages.next(), await messages.next()].map(({ value }) => value)).toEqual(['a', 'b'])
    const refusal = await refusalOf(messages.next())
    expect(refusal).toMatchObject({ code: Code.Unauthenticated, reason: 'SESSION_ENDED' })
    expect(seen).toEqual(['asked', 'asked', 'cleared away'])
  })

  it('that breaks after some messages says no more than a call that breaks', async () => {
    const { messages } = await stream(async function* () {
      yield 'a'
      throw new Error('secret')
    })
    await messages.next()
    const refusal = await refusalOf(messages.next())
    expect(refusal).toMatchObject({ code: Code.Internal, message: 'internal error' })
  })
})

describe('validation', () => {
  const name = (number: number, over: object) => ({
    name: 'name',
    number,
    jsonName: 'n',
    label: Label.OPTIONAL,
    ...over,
  })
  const atLeastTwo = create(FieldOptionsSchema)
  setExtension(atLeastTwo, fieldRules, create(FieldRulesSchema, { type: { case: 'string', value: { minLen: 2n } } }))
  const text = { type: Type.STRING, options: atLeastTwo }
  const list = { label: Label.REPEATED, type: Type.MESSAGE }
  const eachTwo = create(FieldOptionsSchema)
  const items = create(FieldRulesSchema, { type: { case: 'string', value: { minLen: 2n } } })
  setExtension(eachTwo, fieldRules, create(FieldRulesSchema, { type: { case: 'repeated', value: { items } } }))
  const file = create(FileDescriptorProtoSchema, {
    name: 'test/nested.proto',
    package: 'test.v1',
    syntax: 'proto3',
    dependency: ['buf/validate/validate.proto'],
    messageType: [
      { name: 'Person', field: [name(1, { name: 'given_name', jsonName: 'givenName', ...text })] },
      {
        name: 'Play',
        field: [
          name(1, { name: 'title', jsonName: 'title', ...text }),
          name(2, { name: 'author', jsonName: 'author', type: Type.MESSAGE, typeName: '.test.v1.Person' }),
          name(3, { name: 'cast_members', jsonName: 'castMembers', ...list, typeName: '.test.v1.Person' }),
          name(4, { name: 'lines', jsonName: 'lines', label: Label.REPEATED, type: Type.STRING, options: eachTwo }),
          name(5, { name: 'by_role', jsonName: 'byRole', ...list, typeName: '.test.v1.Play.ByRoleEntry' }),
        ],
        nestedType: [
          {
            name: 'ByRoleEntry',
            options: { mapEntry: true },
            field: [
              name(1, { name: 'key', jsonName: 'key', type: Type.STRING }),
              name(2, { name: 'value', jsonName: 'value', type: Type.MESSAGE, typeName: '.test.v1.Person' }),
            ],
          },
        ],
      },
    ],
  })
  const bytes = Buffer.from(toBinary(FileDescriptorProtoSchema, file)).toString('base64').replace(/=+$/, '')
  const Play = messageDesc(fileDesc(bytes, [file_buf_validate_validate]), 1)

  const validated = (schema: DescMessage, json: JsonValue) => {
    const request = requestOf({ ...write, input: schema } as never, fromJson(schema, json) as never)
    const run = errors({ context: 'test', log: testLog })(
      validation()(async () => ({ stream: false }) as never) as never,
    )
    return refusalOf(run(request as never))
  }

  it('names the full path of every wrong field, lists by index, maps by key', async () => {
    const person = (givenName: string) => ({ givenName })
    const refusal = await validated(Play, {
      title: 'x',
      author: person('A'),
      castMembers: [person('Ann'), person('Ben'), person('C')],
      lines: ['to be', 'or', 'no', '?'],
      byRole: { king: person('Lear'), 'the fool': person('F') },
    })
    expect(refusal).toMatchObject({ code: Code.InvalidArgument, reason: 'INVALID_REQUEST' })
    expect(refusal.fields.toSorted()).toEqual([
      'author.given_name',
      'by_role["the fool"].given_name',
      'cast_members[2].given_name',
      'lines[3]',
      'title',
    ])
  })

  it('holds for real contracts', async () => {
    const { batchGetUsers } = IdentityService.method
    const refusal = await validated(batchGetUsers.input, { userIds: [uuidv7(), 'nobody', uuidv7(), ''] })
    expect(refusal.fields).toEqual(['user_ids[1]', 'user_ids[3]'])
    expect((await validated(batchGetUsers.input, {})).fields).toEqual(['user_ids'])
  })
})
