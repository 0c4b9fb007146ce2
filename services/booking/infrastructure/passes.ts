import QRCode from 'qrcode'
import { CatalogService } from '#gen/troupe/catalog/v1/catalog_service_pb.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { Passes } from '../application/ports.ts'
import { writer } from './pass-text.ts'

const [pageWidth, pageHeight] = [298, 420] // A6, in points
const margin = 28
const qrPoints = 200
const pixelsOfModule = 8

const drawQr = (doc: PDFKit.PDFDocument, code: string, left: number, top: number): void => {
  const { modules } = QRCode.create(code, { errorCorrectionLevel: 'M' })
  const side = qrPoints / modules.size
  for (let row = 0; row < modules.size; row += 1)
    for (let column = 0; column < modules.size; column += 1)
      if (modules.get(row, column)) doc.rect(left + column * side, top + row * side, side, side)
  doc.fill('#000000')
}

/** Passes as a page of A6, and as the QR code alone. */
export const createPasses = ({ client }: Pick<Kernel, 'client'>): Passes => {
  const catalog = client(CatalogService)
  return {
    details: async (eventId) => {
      const { event } = await catalog.getEvent({ eventId })
      const { title = '', localStartsAt = '', venue } = event ?? {}
      const place = venue?.address ? `${venue.name}, ${venue.address.city}` : (venue?.name ?? '')
      return { title, localStartsAt, venue: place }
    },
    png: async (code) => QRCode.toBuffer(code, { errorCorrectionLevel: 'M', scale: pixelsOfModule, margin: 4 }),
    pdf: async (ticket, code, { title, venue, localStartsAt }) => {
      const { default: PDFDocument } = await import('pdfkit') // large, and rarely used
      const info = { Title: title, Creator: 'Troupe' }
      const doc = new PDFDocument({ size: [pageWidth, pageHeight], margin, info })
      const chunks: Buffer[] = []
      const done = new Promise<Uint8Array>((resolve, reject) => {
        doc.on('data', (chunk: Buffer) => chunks.push(chunk))
        doc.on('end', () => resolve(Buffer.concat(chunks)))
        doc.on('error', reject)
      })
      const write = writer(doc, pageWidth - 2 * margin)
      write(title, 16, 2)
      write(ticket.name, 11, 1)
      write(`${localStartsAt.slice(0, 10)}  ${localStartsAt.slice(11, 16)}`, 11, 1)
      write(venue, 11, 2)
      drawQr(doc, code, (pageWidth - qrPoints) / 2, pageHeight - margin - qrPoints - 14)
      doc.y = pageHeight - margin - 10
      write(ticket.id, 7, 1)
      doc.end()
      return done
    },
  }
}
