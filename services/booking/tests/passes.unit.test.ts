import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { beforeAll, expect, it } from 'vitest'
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { TicketView } from '../application/views.ts'
import { createPasses } from '../infrastructure/passes.ts'

const code = `TR1.${Buffer.alloc(104, 0xa5).toString('base64url')}`
const passes = createPasses({ client: () => ({}) } as unknown as Pick<Kernel, 'client'>)
const ticket: TicketView = {
  id: '0199f0aa-0000-7000-8000-0000000000aa',
  reservationId: 'r',
  eventId: 'e',
  ticketTypeId: 't',
  name: 'Stalls',
  status: 'VALID',
  usedAt: undefined,
  gate: '',
  code,
}

beforeAll(async () => {
  const path = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm')
  const wasm = await readFile(path)
  const wasmBinary = wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength)
  await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true })
})

it('a pass is a PNG whose QR code a decoder reads', async () => {
  const [read, ...others] = await readBarcodes(await passes.png(code), { formats: ['QRCode'] })
  expect(others).toEqual([])
  expect(read?.text).toBe(code)
})

it('a pass is a PDF of one page, whatever script its event is in and however long its name', async () => {
  const details = {
    title: `Дом ${'very long '.repeat(40)}`,
    venue: 'Old Mill, Wien',
    localStartsAt: '2031-07-01T20:00:00+02:00',
  }
  const pdf = Buffer.from(await passes.pdf(ticket, code, details)).toString('latin1')
  expect(pdf.startsWith('%PDF-')).toBe(true)
  expect(pdf.match(/\/Type \/Page\b/g)).toHaveLength(1)
  expect(pdf).toContain('/MediaBox [0 0 298 420]')
})
