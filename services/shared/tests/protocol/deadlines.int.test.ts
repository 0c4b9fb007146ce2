import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectError, type HandlerContext } from '@connectrpc/connect'
import { describe, expect, test } from 'vitest'
import type { Behaviour, Note } from './both-paths.ts'
import { codeIn, comparison } from './comparison.ts'
import { binaryWays, callWith, mainWays, nameOf, timeoutHeader, timeoutOf } from './ways.ts'

const { same } = comparison()

/** Notes how much time is left, coarsely: by powers of two, in which a busy machine makes no difference. */
const noteTime = (context: HandlerContext, note: Note): void => {
  const left = context.timeoutMs()
  note(left === undefined ? 'no deadline' : left < 25 ? 'over' : `up to ${2 ** Math.ceil(Math.log2(left))} ms`)
}

const noteSignal = ({ signal }: HandlerContext, note: Note): void => {
  note(signal.aborted && ConnectError.from(signal.reason).message)
}

const looksAtTheClock: Behaviour = {
  gate: noteTime,
  handle: (message, context, note) => {
    noteTime(context, note)
    noteSignal(context, note)
    return message
  },
}

const connectValues = [
  '20000',
  '0',
  '00020000',
  '3600000',
  '3600001',
  '9999999999',
  '99999999999',
  '-1',
  '1.5',
  '1e3',
  'x',
  '',
  '5m',
  ' 20000 ',
]
const grpcValues = [
  '1H',
  '2H',
  '20M',
  '20S',
  '20000m',
  '20000000u',
  '0n',
  '0H',
  '20s',
  '123456789m',
  '5',
  'm',
  '',
  '-1S',
  '1.5S',
  ' 20S ',
  '20S, 30S',
]

describe.each(binaryWays.map((way) => [nameOf(way), way] as const))('over %s', (_name, way) => {
  test.each(way.protocol === 'connect' ? connectValues : grpcValues)('a deadline of "%s"', async (value) => {
    await same(callWith(way, {}, { [timeoutHeader(way)]: value }), looksAtTheClock)
  })

  if (way.protocol !== 'connect')
    test.each(['1n', '1u', '99999999n'])('one as short as "%s"', async (value) => {
      expect(codeIn(await same(callWith(way, {}, { 'grpc-timeout': value })))).toBeUndefined()
    })

  test('none', async () => {
    await same(callWith(way), looksAtTheClock)
  })
})

describe.each(mainWays.map((way) => [nameOf(way), way] as const))('over %s', (_name, way) => {
  const in50ms = callWith(way, { text: 'late' }, { [timeoutHeader(way)]: timeoutOf(way, 50) })

  test('the handler that looks at its signal is stopped', async () => {
    const outcome = await same(in50ms, {
      handle: async (_message, context, note) => {
        if (!context.signal.aborted) await once(context.signal, 'abort')
        noteTime(context, note)
        throw context.signal.reason
      },
    })
    expect(['4', 'deadline_exceeded']).toContain(codeIn(outcome))
  })

  test('the handler that does not answers all the same', async () => {
    const outcome = await same(in50ms, {
      handle: async (message, context, note) => {
        await sleep(100)
        noteTime(context, note)
        return message
      },
    })
    expect(codeIn(outcome)).toBeUndefined()
  })

  test('the handler that looks only when its time is over', async () => {
    await same(in50ms, {
      handle: async (message, context, note) => {
        await sleep(100)
        noteTime(context, note)
        noteSignal(context, note)
        return message
      },
    })
  })

  test('an interceptor that looks when its time is over', async () => {
    await same(in50ms, {
      intercept: (note) => (next) => async (request) => {
        await sleep(100)
        note(request.signal.aborted)
        return next(request)
      },
    })
  })

  test('a gate that takes all the time there is', async () => {
    await same(in50ms, { ...looksAtTheClock, gate: () => sleep(100) })
  })

  test('the names of the other protocol say nothing', async () => {
    const other = way.protocol === 'connect' ? { 'grpc-timeout': '1x' } : { 'connect-timeout-ms': 'x' }
    await same(callWith(way, {}, other), looksAtTheClock)
  })
})
