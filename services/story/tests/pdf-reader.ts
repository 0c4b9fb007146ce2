import { inflateSync } from 'node:zlib'

/** As much of a PDF as its structure tells without a renderer. */
export interface PdfFile {
  pages: number
  /** Values of the information dictionary. */
  info: Record<string, string>
  /** The text of all pages as their fonts translate it back, in drawing order. */
  text: string
  /** Whether every offset of the cross-reference table leads to its object. */
  offsetsHold: boolean
  /** All objects that are not streams, as they stand. */
  dictionaries: string
}

/** Reads what pdfkit writes: classic cross-reference table, one content stream a page, Identity-H fonts. */
export const readPdf = (file: Buffer): PdfFile => {
  const raw = file.toString('latin1')
  const objects = new Map<number, string>()
  const offsets = [...raw.slice(raw.lastIndexOf('\nxref\n')).matchAll(/^(\d{10}) 00000 n/gm)].map(([, at]) =>
    Number(at),
  )
  for (const [index, at] of offsets.entries()) {
    const id = index + 1
    const [head = '', body = ''] = raw.slice(at, raw.indexOf('\nendobj', at)).split(/(?<=^\d+ 0 obj)\n/)
    if (head === `${id} 0 obj`) objects.set(id, body)
  }
  const at = (id: string | undefined): string => objects.get(Number(id)) ?? ''
  const referred = (body: string, key: string): string => at(body.match(new RegExp(`/${key} (\\d+) 0 R`))?.[1])
  const pages = [...referred(at(raw.match(/\/Root (\d+)/)?.[1]), 'Pages').matchAll(/(\d+) 0 R/g)].map(([, id]) =>
    at(id),
  )
  const cmaps = new Map<string, Map<string, string>>()
  const textOf = (page: string): string => {
    const resources = referred(page, 'Resources')
    let cmap: Map<string, string> | undefined
    let text = ''
    for (const [, font, array] of streamOf(referred(page, 'Contents')).matchAll(/\/(F\d+) \S+ Tf|\[(.*)\] TJ/g)) {
      if (font) {
        const known = cmaps.get(font) ?? cmapOf(streamOf(referred(referred(resources, font), 'ToUnicode')))
        cmaps.set(font, known)
        cmap = known
      }
      for (const [, codes = ''] of array?.matchAll(/<([0-9a-f]+)>/g) ?? [])
        for (const code of codes.match(/.{4}/g) ?? []) text += cmap?.get(code) ?? '\ufffd'
    }
    return text
  }
  const info: Record<string, string> = {}
  const entries = at(raw.match(/\/Info (\d+)/)?.[1]).matchAll(/\/(\w+) (\d+) 0 R/g)
  for (const [, key = '', id] of entries) info[key] = stringOf(at(id))
  return {
    pages: pages.filter((page) => page.includes('/Type /Page\n')).length,
    info,
    text: pages.map(textOf).join(''),
    offsetsHold: offsets.length > 0 && objects.size === offsets.length,
    dictionaries: [...objects.values()].filter((body) => !body.includes('\nstream\n')).join('\n'),
  }
}

const streamOf = (body: string): string => {
  const data = body.slice(body.indexOf('\nstream\n') + 8, body.lastIndexOf('\nendstream'))
  return inflateSync(Buffer.from(data, 'latin1')).toString('latin1')
}

/** Glyph codes and the text they stand for, from ranges of the form `<0000> <0012> [<0041> …]`. */
const cmapOf = (program: string): Map<string, string> => {
  const map = new Map<string, string>()
  for (const [, start = '', list = ''] of program.matchAll(/<([0-9a-f]{4})> <[0-9a-f]{4}> \[(.*)\]/g)) {
    for (const [index, [, units = '']] of [...list.matchAll(/<([0-9a-f ]*)>/g)].entries()) {
      const code = (Number.parseInt(start, 16) + index).toString(16).padStart(4, '0')
      // A mark that shaping split off its letter stands for nothing of its own.
      const text = units.match(/[0-9a-f]{4}/g)?.map((unit) => String.fromCharCode(Number.parseInt(unit, 16)))
      map.set(code, text?.join('') ?? '')
    }
  }
  return map
}

const stringOf = (literal: string): string => {
  const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }
  const plain = literal
    .slice(1, literal.lastIndexOf(')'))
    .replace(/\\(.)/gs, (_, letter: string) => escapes[letter] ?? letter)
  const bytes = Buffer.from(plain, 'latin1')
  return plain.startsWith('\xfe\xff') ? bytes.subarray(2).swap16().toString('utf16le') : plain
}
