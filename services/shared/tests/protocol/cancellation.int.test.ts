import { once } from 'node:events'
import { constants } from 'node:http2'
import { setTimeout as sleep } from 'node:timers/promises'
import { Code, ConnectError, type HandlerContext } from '@connectrpc/connect'
import { describe, expect, test } from 'vitest'
import { type Behaviour, type Note, paths } from './both-paths.ts'
import { codeIn, comparison, expectOurs } from './comparison.ts'
import type { Sent } from './raw-client.ts'
import { openStream } from './raw-frames.ts'
import { binaryWays, bodyOf, callWith, nameOf, post } from './ways.ts'

const { both, run, same } = comparison()

/** Something to wait for that happens once on either path. */
const onBoth = () => {
  const reached = Promise.withResolvers<void>()
  let left = paths.length
  return {
    reach: () => {
      left -= 1
      if (left === 0) reached.resolve()
    },
    all: reached.promise,
  }
}

const noteSignal = ({ signal }: HandlerContext, note: Note): void => {
  note(signal.aborted)
}

/** A call whose client leaves once the handlers are at work; what they see of it. */
const leftAtWork = async (make: (atWork: () => Promise<void>) => Sent, more: Behaviour = {}) => {
  const started = onBoth()
  const stopped = onBoth()
  const outcome = await run(
    make(() => started.all),
    {
      handle: async (message, context, note) => {
        started.reach()
        if (!context.signal.aborted) await once(context.signal, 'abort')
        noteSignal(context, note)
        stopped.reach()
        return message
      },
      ...more,
    },
  )
  await stopped.all
  return outcome
}

const notCalled: Behaviour = {
  handle: (message, _context, note) => {
    note('called')
    return message
  },
}

describe.each(binaryWays.map((way) => [nameOf(way), way] as const))('over %s', (_name, way) => {
  const body = bodyOf(way, { text: 'a text', tags: ['a', 'b'] })
  // So much of it that what has arrived of a message of Connect is one too.
  const half = bodyOf(way, { text: 'a text' }).subarray(0, way.protocol === 'connect' ? undefined : 9)

  if (way.http !== 2)
    test.each([
      ['before the body', ['leave']],
      ['a little later', [20, 'leave']],
      ['in the middle of it', [half, 20, 'leave']],
      ['in the middle of it, without a pause', [half, 'leave']],
    ] as const)('a client that leaves %s calls no handler', async (_when, steps) => {
      const { lean, reference } = await run(post(way, steps, { 'content-length': '100' }), notCalled)
      await sleep(20)
      expect(lean).toEqual(reference)
      expect(lean.notes).toEqual([])
      const chunked = await run(post(way, steps), notCalled)
      await sleep(20)
      expect(chunked.lean).toEqual(chunked.reference)
      expect(chunked.lean.notes).toEqual([])
    })

  if (way.http !== 1)
    test.each([
      ['before the body', []],
      ['in the middle of it', [half]],
    ])('a client that resets its stream %s calls no handler', async (_when, parts) => {
      for (const code of [constants.NGHTTP2_CANCEL, constants.NGHTTP2_NO_ERROR, constants.NGHTTP2_INTERNAL_ERROR]) {
        for (const pause of [0, 20]) {
          const id = both().behave(notCalled)
          for (const path of paths) {
            const { headers, path: target } = callWith(way, {}, { 'x-case': id })
            const pseudo = { ':method': 'POST', ':path': target, ':scheme': 'http', ':authority': 'a' }
            const { 'content-length': _, ...rest } = headers as Record<string, string>
            const stream = await openStream(both().servers[path], { ...pseudo, ...rest })
            for (const part of parts) stream.write(part)
            await sleep(pause)
            stream.reset(code)
            await sleep(20)
            stream.close()
            await both().idle(path)
          }
          expectOurs('leftEarly', both().notesOf('lean', id)).toEqual([])
        }
      }
    })

  test('one that leaves while the handler works stops it', async () => {
    const { lean, reference } = await leftAtWork((atWork) => post(way, [body, 'end', atWork, 'leave']))
    expect(lean).toEqual(reference)
    expect(lean.notes).toEqual([true])
  })

  test('one that leaves while the gate thinks', async () => {
    const thinking = onBoth()
    const { lean, reference } = await run(post(way, [body, 20, () => thinking.all, 'leave']), {
      gate: async (context, note) => {
        thinking.reach()
        if (!context.signal.aborted) await once(context.signal, 'abort')
        noteSignal(context, note)
      },
      ...notCalled,
    })
    await sleep(20)
    expect(lean.cut).toEqual(reference.cut)
    expectOurs('leftEarly', lean.notes).toEqual([true])
  })

  test('the signal after the end of a call', async () => {
    const contexts: HandlerContext[] = []
    await same(callWith(way), {
      handle: (message, context) => {
        contexts.push(context)
        return message
      },
    })
    await same(callWith(way), {
      handle: (_message, context) => {
        contexts.push(context)
        throw new ConnectError('no', Code.Aborted)
      },
    })
    const seen = contexts.map(({ signal }) => [signal.aborted, ConnectError.from(signal.reason).code])
    expectOurs('signalReason', seen).toEqual([
      [true, Code.Canceled],
      [true, Code.Canceled],
      [true, Code.Aborted],
      [true, Code.Aborted],
    ])
  })

  test('the signal in the interceptor, after the handler', async () => {
    await same(callWith(way), {
      intercept: (note) => (next) => async (request) => {
        const response = await next(request)
        note(request.signal.aborted)
        return response
      },
    })
  })

  if (way.http === 2)
    test.each([
      constants.NGHTTP2_NO_ERROR,
      constants.NGHTTP2_PROTOCOL_ERROR,
      constants.NGHTTP2_REFUSED_STREAM,
      constants.NGHTTP2_ENHANCE_YOUR_CALM,
    ])('a reset with code %i', async (reset) => {
      const { lean, reference } = await leftAtWork((atWork) => post(way, [body, 'end', atWork, { reset }]))
      expect(lean).toEqual(reference)
    })
})

describe.each(binaryWays.map((way) => [nameOf(way), way] as const))('over %s', (_name, way) => {
  const shutdown = new AbortController()
  const { same: sameInShutdown } = comparison({ shutdownSignal: shutdown.signal })

  test('the end of the server ends calls at work, and is over for those that come later', async () => {
    const started = onBoth()
    const reason = new ConnectError('the server is shutting down', Code.Unavailable)
    void started.all.then(() => shutdown.abort(reason))
    const outcome = await sameInShutdown(callWith(way), {
      handle: async (_message, context, note) => {
        note(context.signal.aborted)
        started.reach()
        await once(context.signal, 'abort')
        note(context.signal.reason === reason)
        throw context.signal.reason
      },
    })
    expect(outcome.notes).toEqual([false, true])
    expect(['14', 'unavailable']).toContain(codeIn(outcome))
    const later = await sameInShutdown(callWith(way), {
      handle: (message, context, note) => {
        note(context.signal.reason === reason)
        return message
      },
    })
    expect(later.notes).toEqual([true])
    expect(codeIn(later)).toBeUndefined()
  })
})

test('nothing is left running', async () => {
  for (const path of paths) await both().idle(path)
})
