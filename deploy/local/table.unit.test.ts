import fc from 'fast-check'
import { expect, test } from 'vitest'
import { table } from './table.ts'
import { clip, oneLine, pad, textWidth } from './text-width.ts'

test('a table has its titles, a rule and aligned rows, numbers on the right', () => {
  const rows = [
    ['Rotkäppchen', 7],
    ['der Wolf', 12],
  ]
  expect(table(['name', 'lines'], rows)).toEqual([
    'name         lines',
    '───────────  ─────',
    'Rotkäppchen      7',
    'der Wolf        12',
  ])
})

test('the widest column gives way', () => {
  const lines = table(['speaker', 'line'], [['wolf', 'The better to hear you with, my dear.']], 30)
  expect(lines[2]).toBe('wolf     The better to hear y…')
})

test('a table without rows shows its titles', () => {
  expect(table(['a', 'b'], [])).toEqual(['a  b', '─  ─'])
})

test('no line of a table is wider than asked for', () => {
  const cells = fc.tuple(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.string({ unit: 'grapheme' }), fc.nat())
  fc.assert(
    fc.property(fc.array(cells, { maxLength: 8 }), fc.integer({ min: 20, max: 120 }), (rows, width) => {
      for (const line of table(['title', 'author', 'count'], rows, width)) {
        expect(textWidth(line)).toBeLessThanOrEqual(width)
        expect(line).not.toMatch(/[\p{Cc}]/u)
      }
    }),
  )
})

test('width counts what is seen', () => {
  expect(textWidth('señor')).toBe(5)
  expect(textWidth('sen\u0303or')).toBe(5)
  expect(textWidth('日本')).toBe(4)
  expect(textWidth('🐺!')).toBe(3)
  expect(textWidth('«¿Quién?»')).toBe(9)
})

test('one line holds nothing that moves the cursor', () => {
  expect(oneLine('a\u001b[2J\r\n\tb\u202e c')).toBe('a [2J b c')
})

test('clipping never exceeds the width and keeps what fits', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.integer({ min: 1, max: 50 }), (text, width) => {
      const clipped = clip(text, width)
      expect(textWidth(clipped)).toBeLessThanOrEqual(width)
      if (textWidth(text) <= width) expect(clipped).toBe(text)
      else expect(clipped.endsWith('…')).toBe(true)
    }),
  )
})

test('padding fills on either side', () => {
  expect(pad('né', 4)).toBe('né  ')
  expect(pad('né', 4, 'left')).toBe('  né')
  expect(pad('longer', 3)).toBe('longer')
})
