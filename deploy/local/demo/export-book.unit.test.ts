import fc from 'fast-check'
import { expect, test } from 'vitest'
import { slugOf } from './export-book.ts'

test('a slug is the title in small letters without marks', () => {
  expect(slugOf('Rotkäppchen & der große Wolf')).toBe('rotkappchen-der-grosse-wolf')
  expect(slugOf('  «El Gato con Botas»  ')).toBe('el-gato-con-botas')
  expect(slugOf('日本')).toBe('')
})

test('a slug never leaves its folder and is never long', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (title) => {
      expect(slugOf(title)).toMatch(/^([a-z0-9]+(-[a-z0-9]+)*)?$/)
      expect(slugOf(title).length).toBeLessThanOrEqual(80)
    }),
  )
})
