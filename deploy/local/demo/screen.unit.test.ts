import fc from 'fast-check'
import { expect, test } from 'vitest'
import { textWidth } from '../text-width.ts'
import { progressBar, progressLine } from './progress.ts'
import { createScreen } from './screen.ts'

const written = (isTTY: boolean, signal?: AbortSignal) => {
  const parts: string[] = []
  const out = { write: (text: string) => parts.push(text), isTTY, columns: 80, rows: 24 }
  return { screen: createScreen(out, signal), text: () => parts.join('') }
}

test('a bar shows how much is done', () => {
  expect(progressBar(0, 4)).toBe('░░░░   0 %')
  expect(progressBar(0.5, 4)).toBe('██░░  50 %')
  expect(progressBar(0.999, 4)).toBe('███░  99 %')
  expect(progressBar(1, 4)).toBe('████ 100 %')
})

test('a bar has the same width whatever it shows, and never shrinks as the share grows', () => {
  const share = fc.oneof(fc.double({ min: -1, max: 2 }), fc.constant(Number.NaN))
  fc.assert(
    fc.property(share, share, (a, b) => {
      expect(textWidth(progressBar(a))).toBe(textWidth(progressBar(b)))
      const full = (fraction: number) => progressBar(fraction).split('█').length
      if (a <= b) expect(full(a)).toBeLessThanOrEqual(full(b))
    }),
  )
})

test('a line stays within its width', () => {
  const line = progressLine('A'.repeat(200), { fraction: 0.3, stage: 's'.repeat(200) }, 90)
  expect(textWidth(line)).toBe(90)
})

test('on a terminal the lines of a board are drawn over, and what is said stands above them', () => {
  const { screen, text } = written(true)
  const board = screen.board(['one', 'two'])
  board.update(1, { fraction: 0.5, stage: 'speakers' })
  screen.say('a note')
  board.close()
  screen.say('after')
  const up = '\u001b[2A\u001b[J'
  const [first = '', second = '', third = '', ...more] = text().split(up)
  expect(more).toEqual([])
  expect(first.split('\n').length).toBe(3)
  expect(second).toMatch(/ {2}one .* 0 %\n {2}two .*50 % {2}speakers\n/)
  expect(third).toMatch(/^a note\n {2}one .*\n {2}two .*speakers\nafter\n$/)
})

test('elsewhere a line is written whenever the stage changes', () => {
  const { screen, text } = written(false)
  const board = screen.board(['one'])
  board.update(0, { fraction: 0.1, stage: 'segments' })
  board.update(0, { fraction: 0.2, stage: 'segments' })
  board.update(0, { fraction: 1, stage: 'done' })
  board.close()
  expect(text()).toBe('  one: segments (10 %)\n  one: done (100 %)\n')
})

test('nothing is written once it is stopped', () => {
  const stopping = new AbortController()
  const { screen, text } = written(true, stopping.signal)
  screen.say('before')
  stopping.abort()
  screen.say('after')
  expect(text()).toBe('before\n')
})
