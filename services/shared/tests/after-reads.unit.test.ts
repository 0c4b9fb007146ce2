import { expect, it } from 'vitest'
import { afterReads } from '../presentation/unary/after-reads.ts'

it('runs all of one turn together and in order, and what comes meanwhile in the next', async () => {
  const ran: string[] = []
  const first = afterReads(() => {
    ran.push('first')
    void afterReads(() => ran.push('later'))
  })
  const second = afterReads(() => ran.push('second'))
  await Promise.resolve()
  expect(ran).toEqual([])
  await Promise.all([first, second])
  expect(ran).toEqual(['first', 'second'])
  await afterReads(() => {})
  expect(ran).toEqual(['first', 'second', 'later'])
})

it('tells of an error only whom it belongs to', async () => {
  const broken = afterReads(() => {
    throw new Error('broken')
  })
  const whole = afterReads(() => {})
  await expect(broken).rejects.toThrow('broken')
  await whole
})
