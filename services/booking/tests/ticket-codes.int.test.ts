import { createHash, createPublicKey, verify } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openKernel } from '../../shared/tests/open-kernel.ts'
import { createTicketCodes } from '../infrastructure/ticket-codes.ts'
import { booking } from '../service.ts'

type Opened = Awaited<ReturnType<typeof openKernel>>
let opened: Opened
let codes: ReturnType<typeof createTicketCodes>
const [ticketId, eventId] = ['0199f0aa-0000-7000-8000-0000000000aa', '0199f0aa-0000-7000-8000-0000000000ee']

beforeAll(async () => {
  opened = await openKernel(booking, 'ticket-codes')
  codes = createTicketCodes(opened.database, new Uint8Array(32).fill(1))
  await codes.publish()
})
afterAll(() => opened.close())

describe('the code of a ticket', () => {
  it('says which ticket of which event it is', async () => {
    expect(await codes.read(codes.of(ticketId, eventId))).toEqual({ ticketId, eventId })
  })

  it('is checked offline by whoever has the published key', async () => {
    const code = codes.of(ticketId, eventId)
    const bytes = Buffer.from(code.slice(4), 'base64url')
    const [key] = await codes.keys()
    const publicKey = Buffer.from(key?.publicKey ?? [])
    expect(key?.id).toBe(createHash('sha256').update(publicKey).digest('hex').slice(0, 16))
    expect(bytes.subarray(0, 8).toString('hex')).toBe(key?.id)
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: publicKey.toString('base64url') }
    const signed = Buffer.concat([Buffer.from('TR1.'), bytes.subarray(0, -64)])
    const isOurs = verify(null, signed, createPublicKey({ key: jwk, format: 'jwk' }), bytes.subarray(-64))
    expect(isOurs).toBe(true)
    expect(bytes.subarray(8, 24).toString('hex')).toBe(ticketId.replaceAll('-', ''))
  })

  it('is none once any byte of it is another, or it is spelled otherwise', async () => {
    const code = codes.of(ticketId, eventId)
    const bytes = Buffer.from(code.slice(4), 'base64url')
    for (let at = 0; at < bytes.length; at += 1) {
      const forged = Buffer.from(bytes)
      forged[at] = (forged[at] ?? 0) ^ 1
      expect(await codes.read(`TR1.${forged.toString('base64url')}`)).toBeUndefined()
    }
    for (const other of ['', 'TR1.', `${code}A`, `${code}=`, code.slice(4), code.replace('TR1', 'TR2'), 'ticket'])
      expect(await codes.read(other)).toBeUndefined()
  })

  it('is read after the key was changed, but not if nobody published it', async () => {
    const code = codes.of(ticketId, eventId)
    const later = createTicketCodes(opened.database, new Uint8Array(32).fill(2))
    expect(await codes.read(later.of(ticketId, eventId))).toBeUndefined()
    await later.publish()
    expect(await later.read(code)).toEqual({ ticketId, eventId })
    expect(await codes.read(later.of(ticketId, eventId))).toEqual({ ticketId, eventId })
    expect(await later.keys()).toHaveLength(2)
  })
})
