import { Code, ConnectError, encodeBinaryHeader } from '@connectrpc/connect'
import { codeToString } from '@connectrpc/connect/protocol-connect'
import { describe, expect, test } from 'vitest'
import { BadRequestSchema, ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import type { Behaviour } from './both-paths.ts'
import { codeIn, comparison } from './comparison.ts'
import { binaryWays, callWith, mainWays, nameOf, ways } from './ways.ts'

const { same, differs } = comparison()

const codes = Object.values(Code).filter((code): code is Code => typeof code === 'number')

const detailed = (code: Code, message = 'no such thing') =>
  new ConnectError(message, code, { 'x-error': 'yes' }, [
    { desc: ErrorInfoSchema, value: { reason: 'WRONG', domain: 'test', metadata: { a: 'b' } } },
    { desc: BadRequestSchema, value: { fieldViolations: [{ field: 'text', description: 'is wrong' }] } },
  ])

const thrower = (error: unknown) => () => {
  throw error
}

const places: Record<string, (error: unknown) => Behaviour> = {
  gate: (error) => ({ gate: thrower(error) }),
  interceptor: (error) => ({ intercept: () => () => thrower(error) }),
  'interceptor after the handler': (error) => ({
    intercept: () => (next) => async (request) => {
      await next(request)
      throw error
    },
  }),
  handler: (error) => ({ handle: thrower(error) }),
}

describe.each(ways.map((way) => [nameOf(way), way] as const))('over %s', (_name, way) => {
  test.each(Object.keys(places))('an error of the %s', async (place) => {
    const outcome = await same(callWith(way), places[place]?.(detailed(Code.NotFound)))
    expect(['5', 'not_found']).toContain(codeIn(outcome))
  })
})

const messages = {
  empty: '',
  'with percent signs': '100% %41 %',
  'with line ends': 'a\nb\r\nc\ttab',
  'in other scripts': 'Ümläut, 日本語, emoji 🎭',
  'with quotes': `"'\\<>&`,
  'with control characters': '\u0000\u0007\u007f',
  long: 'x'.repeat(3000),
}

const others = {
  'an Error': new Error('password is hunter2'),
  'a TypeError': new TypeError('x is not a function'),
  'a string': 'text',
  null: null,
  'a number': 0,
  'an AbortError': new DOMException('stop', 'AbortError'),
  'an object that looks like one': { name: 'ConnectError', code: 5, rawMessage: 'no' },
}

const wire = (error: ConnectError): ConnectError => Object.assign(error, { isWireError: true })

const metadata = {
  'of many kinds': {
    'x-plain': 'a value',
    'X-Upper': 'Case',
    'x-data-bin': encodeBinaryHeader(new Uint8Array([0, 255, 1, 44])),
    'x-empty': '',
  },
  repeated: [
    ['x-twice', 'one'],
    ['x-twice', 'two'],
    ['x-both-bin', 'AAE'],
    ['x-both-bin', 'Ag'],
    ['set-cookie', 'a=1; Path=/'],
    ['set-cookie', 'b=2'],
  ],
  'with names of the protocol': {
    'content-type': 'text/plain',
    'content-length': '7',
    'content-encoding': 'gzip',
    'grpc-status': '0',
    'grpc-message': 'fine',
    'trailer-x': 'y',
    date: 'never',
    'user-agent': 'me',
  },
  'with odd names': { constructor: 'one', __proto__x: 'two', 'x.y_z': 'three', 'x-a`b|c~': 'four' },
} as const

describe.each(binaryWays.map((way) => [nameOf(way), way] as const))('over %s', (_name, way) => {
  test.each(codes)('code %i arrives with its message, details and metadata', async (code) => {
    const outcome = await same(callWith(way), { handle: thrower(detailed(code)) })
    expect([String(code), codeToString(code)]).toContain(codeIn(outcome))
  })

  test.each(Object.entries(messages))('a message %s', async (_which, message) => {
    await same(callWith(way), { handle: thrower(new ConnectError(message, Code.Aborted)) })
    await same(callWith(way), { handle: thrower(detailed(Code.Aborted, message)) })
  })

  test.each(Object.entries(others))('%s thrown', async (_which, error) => {
    for (const place of Object.values(places)) {
      expect(['13', 'internal']).toContain(codeIn(await same(callWith(way), place(error))))
    }
  })

  test('undefined thrown', async () => {
    const outcome =
      way.protocol === 'connect'
        ? await same(callWith(way), { handle: thrower(undefined) })
        : await differs('undefinedThrown', callWith(way), { handle: thrower(undefined) })
    expect(['13', 'internal']).toContain(codeIn(outcome))
  })

  test.each(Object.entries(metadata))('metadata %s', async (_which, fields) => {
    const error = () => new ConnectError('no', Code.OutOfRange, fields as Record<string, string>)
    await same(callWith(way), { handle: () => thrower(error())() })
    await same(callWith(way), { handle: () => thrower(wire(error()))() })
  })

  test('an error from another service is passed on with its details', async () => {
    const error = wire(new ConnectError('no', Code.DataLoss, { 'x-secret': 'inside' }))
    error.details.push({ type: 'google.rpc.ErrorInfo', value: new Uint8Array([10, 1, 65]), debug: { reason: 'A' } })
    await same(callWith(way), { handle: thrower(error) })
  })

  test('what the handler had set before it failed goes along', async () => {
    await same(callWith(way), {
      gate: (context) => context.responseHeader.set('x-gate', 'passed'),
      handle: (_message, context) => {
        context.responseHeader.append('x-error', 'from the handler')
        context.responseHeader.set('x-header', 'set')
        context.responseTrailer.set('x-trailer', 'set')
        throw detailed(Code.Unavailable)
      },
    })
  })
})

describe.each(mainWays.map((way) => [nameOf(way), way] as const))('over %s', (_name, way) => {
  test('a message that no protocol can write', async () => {
    const handle = thrower(new ConnectError('\ud800', Code.Aborted))
    expect(['10', 'aborted']).toContain(codeIn(await differs('halfCharacters', callWith(way), { handle })))
  })

  test('a code that there is none of', async () => {
    await same(callWith(way), { handle: thrower(new ConnectError('what', 99 as Code)) })
  })

  test('an error after an answer that is too large to compress away', async () => {
    const outcome = await same(callWith(way), { handle: () => ({ text: 'x'.repeat(9000) }) })
    expect(['8', 'resource_exhausted']).toContain(codeIn(outcome))
  })

  test('details of an error that cannot be written', async () => {
    const error = new ConnectError('no', Code.Aborted)
    error.details.push({ desc: ErrorInfoSchema, value: { reason: 1 as never } })
    await same(callWith(way), { handle: thrower(error) })
  })
})
