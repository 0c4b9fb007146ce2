import { MsgHdrsImpl } from '@nats-io/transport-node'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { headerOf, natsHeaders, readHeadersFast, readHeadersSlowly } from '../infrastructure/nats-headers.ts'

readHeadersFast()
readHeadersFast()

const name = fc.stringMatching(/^[!-9;-~]{1,20}$/)
const value = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replace(/[\r\n]/g, ' '))

it('reads what nats.js reads: names as they are, all values of one, and the status', () => {
  const lines = fc.array(fc.tuple(name, value), { maxLength: 8 })
  const status = fc.constantFrom('NATS/1.0', 'NATS/1.0 503', 'NATS/1.0 409 Consumer Deleted')
  const check = fc.property(status, lines, (first, rest) => {
    const text = [first, ...rest.map(([key, text]) => `${key}: ${text}`), '', ''].join('\r\n')
    const read = MsgHdrsImpl.decode(Buffer.from(text))
    const expected = readHeadersSlowly(Buffer.from(text))
    expect([...read]).toEqual([...expected])
    expect([read.code, read.description]).toEqual([expected.code, expected.description])
  })
  fc.assert(check)
  expect(MsgHdrsImpl.decode).not.toBe(readHeadersSlowly)
})

it('makes headers that nats.js sends and reads; what is empty is left out and a line break begins no header', () => {
  const made = natsHeaders({ 'ce-id': '1', 'ce-actor': '', traceparent: undefined, 'ce-subject': 'a\r\nNats-TTL: 1s' })
  const read = readHeadersSlowly(made.encode())
  expect([...read]).toEqual([
    ['ce-id', ['1']],
    ['ce-subject', ['a  Nats-TTL: 1s']],
  ])
  expect(headerOf(read, 'ce-id')).toBe('1')
  expect(headerOf(read, 'ce-actor')).toBe('')
  expect(headerOf(undefined, 'ce-id')).toBe('')
})
