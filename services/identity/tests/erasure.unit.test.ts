import fc from 'fast-check'
import { expect, it } from 'vitest'
import { recordedEvents } from '#shared/domain/aggregate.ts'
import { Erasure } from '../domain/erasure.ts'

const contexts = ['access', 'identity', 'story', 'posts']
const begun = new Date('2026-11-20T10:00:00Z')
const later = (minutes: number) => new Date(begun.getTime() + minutes * 60_000)
const told = fc.record({ context: fc.constantFrom(...contexts, 'nobody'), erased: fc.array(fc.string()) })

it('is complete once every context has told, whatever is told how often and in which order', () => {
  const check = fc.property(fc.array(told, { maxLength: 30 }), (all) => {
    const erasure = Erasure.begin('1', '2', contexts, begun)
    for (const [index, { context, erased }] of all.entries())
      erasure.note({ context, erased, erasedAt: later(index) }, later(index))
    const known = contexts.filter((context) => all.some((one) => one.context === context))
    const first = known.map((context) => all.find((one) => one.context === context)?.erased)
    const reports = known.map((context) => erasure.reports.find((one) => one.context === context)?.erased)
    expect(reports).toEqual(first)
    expect(erasure.reports).toHaveLength(known.length)
    expect(erasure.awaited).toEqual(contexts.filter((context) => !known.includes(context)))
    const isComplete = known.length === contexts.length
    expect(erasure.completedAt !== undefined).toBe(isComplete)
    expect(recordedEvents(erasure).map(({ schema }) => schema.name)).toEqual(isComplete ? ['ErasureCompleted'] : [])
  })
  fc.assert(check)
})
