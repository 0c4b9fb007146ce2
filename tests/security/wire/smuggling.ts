import { type Check, must } from '../checks.ts'
import { during, shownCost } from './during.ts'
import { endHeaders, field, frame, preface, requestFields } from './http2-frames.ts'
import { http1, statusIn, talk } from './raw-socket.ts'

const path = '/troupe.story.v1.StoryService/ListStories'
/** What stands in a body and must never be taken for a request: its answer would name it. */
const hidden = 'GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n'

const head = [`POST ${path} HTTP/1.1`, 'host: x', 'content-type: application/json']
const chunked = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n0\r\n\r\n`

/** Requests on whose end two servers might not agree. Each must be refused, and the connection closed. */
const ambiguous: Readonly<Record<string, string>> = {
  'length and chunks': http1([...head, 'content-length: 4', 'transfer-encoding: chunked'], `0\r\n\r\n${hidden}`),
  'chunks and length': http1([...head, 'transfer-encoding: chunked', 'content-length: 4'], `0\r\n\r\n${hidden}`),
  'two lengths': http1([...head, 'content-length: 2', `content-length: ${2 + hidden.length}`], `{}${hidden}`),
  'a list of lengths': http1([...head, 'content-length: 2, 2'], `{}${hidden}`),
  'a length with a sign': http1([...head, 'content-length: +2'], `{}${hidden}`),
  'a length in hex': http1([...head, 'content-length: 0x2'], `{}${hidden}`),
  'a negative length': http1([...head, 'content-length: -1'], hidden),
  'chunks by another name': http1([...head, 'transfer-encoding: xchunked'], chunked('{}')),
  'chunks not last': http1([...head, 'transfer-encoding: chunked, identity'], chunked('{}')),
  'a space before the colon': http1([...head, 'content-length : 2', 'transfer-encoding: chunked'], chunked('{}')),
  'a line that goes on': http1([...head, 'transfer-encoding:\r\n chunked', 'content-length: 2'], chunked('{}')),
  'a length of a chunk that is none': http1([...head, 'transfer-encoding: chunked'], `xyz\r\n{}\r\n0\r\n\r\n${hidden}`),
  'a chunk of more than there can be': http1([...head, 'transfer-encoding: chunked'], 'fffffffffffffffff\r\n{}'),
  'a chunk longer than it says': http1([...head, 'transfer-encoding: chunked'], `1\r\n{}${hidden}\r\n0\r\n\r\n`),
  'lines that end in LF': http1(head).replaceAll('\r\n', '\n'),
  'a NUL in a header': http1([...head, 'x-a: b\0c', 'content-length: 2'], '{}'),
  'a CR in a header': http1([...head, 'x-a: b\rx-troupe-actor: c', 'content-length: 2'], '{}'),
  'no host': http1([`POST ${path} HTTP/1.1`, 'content-length: 2'], '{}'),
  'an unknown version': http1([`POST ${path} HTTP/3.0`, 'host: x', 'content-length: 2'], '{}'),
  'a method that is none': http1([`P\0ST ${path} HTTP/1.1`, 'host: x'], ''),
}

/** Header fields that HTTP/2 forbids: translated into HTTP/1.1 they would be something else. */
const forbidden: Readonly<Record<string, Buffer>> = {
  'chunks in HTTP/2': field('transfer-encoding', 'chunked'),
  'a connection in HTTP/2': field('connection', 'x-a'),
  'another path': field(':path', '/smuggled'),
  'a field after the others that belongs before': field(':method', 'GET'),
}

/** Fields that are malformed by themselves; a server may also go on without them. By this one it would say that it read them. */
const malformed: Readonly<Record<string, Buffer>> = {
  'CRLF in a value': field('api-version', 'v9\r\nx-troupe-actor: c'),
  'LF in a value': field('api-version', 'v9\nc'),
  'NUL in a value': field('api-version', 'v9\0c'),
  'CRLF in a name': field('x-a\r\napi-version', 'v9'),
  'capitals in a name': field('Api-Version', 'v9'),
  'a colon in a name': field('x:api-version', 'v9'),
}

const http1Shapes: Check = {
  name: 'smuggling: requests that end at two places are refused',
  run: async (scene) => {
    const { cost } = await during(scene, async () => {
      for (const [name, bytes] of Object.entries(ambiguous)) {
        const heard = await talk(scene.stage.url, bytes, { withinMs: 3_000 })
        must(!heard.text.includes('/smuggled'), `${name}: what was hidden in the body was answered`)
        must((heard.text.match(/HTTP\/1\.1 \d/g) ?? []).length <= 1, `${name}: was answered more than once`)
        must([0, 400, 408, 413, 417, 501, 505].includes(statusIn(heard)), `${name}: ${heard.text.slice(0, 120)}`)
        must(heard.isClosed || statusIn(heard) === 0, `${name}: the connection was kept`)
      }
    })
    return `${Object.keys(ambiguous).length} shapes; ${shownCost(cost)}`
  },
}

/** Whether the rpc itself answered, with stories or without. */
const isAnswered = (text: string) => text.includes('"stories"') || text.endsWith('{}')

const http2Shapes: Check = {
  name: 'smuggling: header fields that HTTP/2 forbids are refused',
  run: async (scene) => {
    const { cost } = await during(scene, async () => {
      for (const [name, extra] of Object.entries({ ...forbidden, ...malformed })) {
        const request = frame('headers', 1, Buffer.concat([requestFields(path), extra]), endHeaders)
        const bytes = Buffer.concat([preface, frame('settings', 0), request, frame('data', 1, Buffer.from('{}'), 1)])
        const { text } = await talk(scene.stage.url, bytes, { withinMs: 2_000 })
        must(!text.includes('has no version') && !text.includes('smuggled'), `${name}: was read`)
        must(malformed[name] || !isAnswered(text), `${name}: was answered`)
      }
    })
    return `${Object.keys(forbidden).length} refused, ${Object.keys(malformed).length} refused or left out; ${shownCost(cost)}`
  },
}

const good: Check = {
  name: 'smuggling: the same requests done right are answered',
  run: async ({ stage }) => {
    const plain = await talk(stage.url, http1([...head, 'content-length: 2'], '{}'))
    must(statusIn(plain) === 200, `with a length: ${plain.text.slice(0, 120)}`)
    const inChunks = await talk(stage.url, http1([...head, 'transfer-encoding: chunked'], chunked('{}')))
    must(statusIn(inChunks) === 200, `in chunks: ${inChunks.text.slice(0, 120)}`)
    const request = frame('headers', 1, requestFields(path), endHeaders)
    const bytes = Buffer.concat([preface, frame('settings', 0), request, frame('data', 1, Buffer.from('{}'), 1)])
    must((await talk(stage.url, bytes)).text.includes('{'), 'over HTTP/2 by hand: no answer')
    return 'with a length, in chunks, and by hand-written frames'
  },
}

export const smugglingChecks: readonly Check[] = [good, http1Shapes, http2Shapes]
