import { encodeBinaryHeader, type HandlerContext } from '@connectrpc/connect'
import { describe, expect, test } from 'vitest'
import type { Note } from './both-paths.ts'
import { codeIn, comparison } from './comparison.ts'
import { binaryWays, callWith, mainWays, nameOf, type Way } from './ways.ts'

const { same, differs } = comparison()

const ownFields = (header: Headers): string[][] =>
  [...header].filter(([name]) => !/^(x-case|host|date)$/.test(name)).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))

const sent: Record<string, Record<string, string | string[]>> = {
  'plain values': { 'x-plain': 'a value', 'X-Upper': 'Case', 'x-comma': 'a, b' },
  'binary values': { 'x-data-bin': encodeBinaryHeader(new Uint8Array([0, 255])), 'x-pad-bin': 'AA==' },
  'repeated names': { 'x-twice': ['one', 'two'], 'x-twice-bin': ['AAE', 'Ag'], accept: ['a', 'b'] },
  cookies: { cookie: ['a=1', 'b=2'], 'set-cookie': ['c=3; Path=/', 'd=4'] },
  'empty values': { 'x-empty': '', 'x-empty-twice': ['', ''] },
  'space around values': { 'x-space': '  a  b  ' },
  'odd names': { constructor: 'one', 'x.y_z': 'three', tostring: 'x', 'x-a`b|c~': 'four' },
  'latin letters': { 'x-latin': 'caf\u00e9' },
  'names of the protocol': {
    'grpc-message': 'hm',
    'trailer-x': 'y',
    'connect-protocol-version': '7',
    'user-agent': 'u',
  },
  'very many of them': Object.fromEntries(Array.from({ length: 250 }, (_, n) => [`x-many-${n}`, `${n}`])),
}

const seesAll = (_message: unknown, context: HandlerContext, note: Note) => {
  const header = context.requestHeader
  note(ownFields(header))
  note([...header.keys()].length === [...header.values()].length)
  note([
    header.get('X-PLAIN'),
    header.get('x-twice'),
    header.get('cookie'),
    header.get('set-cookie'),
    header.get('x-no'),
  ])
  note([header.has('X-Upper'), header.has('constructor'), header.has('x-no'), header.getSetCookie()])
  return { text: 'seen' }
}

type Fill = (context: HandlerContext) => void
const both =
  (fill: (fields: Headers) => void): Fill =>
  (context) => {
    fill(context.responseHeader)
    fill(context.responseTrailer)
  }
const answered: Record<string, Fill> = {
  'plain values': both((fields) => fields.set('x-plain', 'a, value')),
  'upper case': both((fields) => fields.set('X-Upper', 'Case')),
  'binary values': both((fields) => fields.set('x-data-bin', encodeBinaryHeader(new Uint8Array([0, 255, 1])))),
  'repeated names': both((fields) => {
    fields.append('x-twice', 'one')
    fields.append('X-Twice', 'two')
  }),
  cookies: both((fields) => {
    fields.append('set-cookie', 'a=1; Path=/')
    fields.append('Set-Cookie', 'b=2')
    fields.append('cookie', 'c=3')
    fields.append('cookie', 'd=4')
  }),
  'a value replaced and one taken back': both((fields) => {
    fields.set('x-one', 'a')
    fields.set('X-One', 'b')
    fields.set('x-two', 'c')
    fields.delete('X-Two')
  }),
  'empty values': both((fields) => fields.set('x-empty', '')),
  'space around values': both((fields) => fields.set('x-space', ' \t a b \r\n')),
  'odd names': both((fields) => {
    fields.set('constructor', 'one')
    fields.set('__proto__', 'two')
    fields.set('x.y_z', 'three')
    fields.set('tostring', 'four')
  }),
  'latin letters': (context) => context.responseHeader.set('x-latin', 'caf\u00e9'),
  'very many of them': both((fields) => {
    for (let n = 0; n < 200; n += 1) fields.set(`x-many-${n}`, `${n}`)
  }),
  'another content type': (context) => context.responseHeader.set('content-type', 'application/x-mine'),
  'a status of its own': (context) => context.responseTrailer.set('grpc-status', '5'),
  'no status at all': (context) => context.responseTrailer.delete('grpc-status'),
  'a trailer that looks like Connect’s': (context) => {
    context.responseHeader.set('trailer-x', 'a header')
    context.responseTrailer.set('x', 'a trailer')
  },
}

const wrong: Record<string, (fields: Headers) => void> = {
  'a name with a space': (fields) => fields.set('a b', 'x'),
  'an empty name': (fields) => fields.append('', 'x'),
  'a pseudo-header': (fields) => fields.set(':status', '500'),
  'a value with a line end inside': (fields) => fields.set('x-a', 'a\r\nx-b: b'),
  'a value with a NUL': (fields) => fields.append('x-a', 'a\0b'),
  'a value beyond latin letters': (fields) => fields.set('x-a', '日本'),
  'a name that is asked for but cannot be': (fields) => void fields.get('a b'),
  'a name that is looked for but cannot be': (fields) => void fields.has('ä'),
  'a name that is deleted but cannot be': (fields) => fields.delete(''),
}

const over = (some: readonly Way[]) => describe.each(some.map((way) => [nameOf(way), way] as const))

over(binaryWays)('over %s', (_name, way) => {
  test.each(Object.entries(sent))('the handler sees %s', async (_which, headers) => {
    expect(codeIn(await same(callWith(way, {}, headers), { handle: seesAll }))).toBeUndefined()
  })

  test.each(Object.entries(answered))('the client gets %s', async (_which, fill) => {
    await same(callWith(way), {
      handle: (message, context) => {
        fill(context)
        return message
      },
    })
  })
})

over(binaryWays)('over %s', (_name, way) => {
  test.each(Object.entries(wrong))('%s is the handler’s fault', async (_which, fill) => {
    for (const fields of ['responseHeader', 'responseTrailer'] as const) {
      const outcome = await same(callWith(way), {
        handle: (message, context) => {
          fill(context[fields])
          return message
        },
      })
      expect(['13', 'internal']).toContain(codeIn(outcome))
    }
  })

  test('a value that only node refuses', async () => {
    for (const fields of ['responseHeader', 'responseTrailer'] as const) {
      await same(callWith(way), {
        handle: (message, context) => {
          context[fields].set('x-a', 'a\u0001b')
          return message
        },
      })
    }
  })
})

over(mainWays)('over %s', (_name, way) => {
  test('gate, interceptors and handler see one call', async () => {
    await same(callWith(way, { text: 'x' }, { 'x-in': 'given' }), {
      gate: (context, note) => {
        note([context.requestHeader.get('x-in'), context.requestMethod, context.protocolName, context.method.name])
        note([context.service.typeName, new URL(context.url).pathname, context.signal.aborted, context.timeoutMs()])
        context.responseHeader.set('x-gate', 'was here')
        context.responseTrailer.set('x-gate', 'was here too')
      },
      intercept: (note) => (next) => async (request) => {
        note([request.stream, request.method.name, request.service.typeName, request.requestMethod])
        note([new URL(request.url).pathname, request.signal.aborted, request.header.get('x-in')])
        request.header.set('x-in', 'changed')
        const response = await next(request)
        note([response.header.get('x-gate'), response.trailer.get('x-handler'), response.stream, response.method.name])
        response.header.append('x-gate', 'and left')
        response.trailer.append('x-handler', 'and left')
        return response
      },
      handle: (message, context, note) => {
        note([context.requestHeader.get('x-in'), context.requestMethod, context.protocolName, context.method.name])
        context.responseTrailer.set('x-handler', 'was here')
        return message
      },
    })
  })

  test('an interceptor passes on another request and answers another response', async () => {
    await same(callWith(way, { text: 'x' }), {
      intercept: () => (next) => async (request) => {
        const header = new Headers(request.header)
        header.set('x-new', 'yes')
        const signal = AbortSignal.abort('now')
        const message = { ...request.message, text: 'other' }
        const response = await next({ ...request, header, signal, message } as never)
        const more = new Headers(response.header)
        more.set('x-more', 'yes')
        const trailer = new Headers(response.trailer)
        trailer.set('x-more', 'yes')
        return { ...response, header: more, trailer } as never
      },
      handle: (message, context, note) => {
        note([context.requestHeader.get('x-new'), context.signal.aborted, context.signal.reason])
        return message
      },
    })
  })

  test('an interceptor that makes headers from nothing has them sent alone', async () => {
    await differs('otherHeaders', callWith(way, { text: 'x' }), {
      intercept: () => (next) => async (request) => {
        const response = await next(request)
        return { ...response, header: new Headers({ 'x-alone': 'yes' }) } as never
      },
      handle: (message, context) => {
        for (const name of ['x-1', 'x-2', 'x-3']) context.responseHeader.set(name, 'dropped')
        return message
      },
    })
  })
})
