import { expect, it } from 'vitest'
import { faults } from './faults/faults.ts'
import { readOptions } from './options.ts'
import { seeded } from './random.ts'
import { plan } from './schedule.ts'

const names = faults.map(({ name }) => name)
const planned = (seed: number) =>
  plan(faults, seeded(seed), 12_000).map(({ fault, at, holdMs }) => ({ fault: fault.name, at, holdMs }))

it('plans the same faults for the same seed, all within the time, and in the end every fault there is', () => {
  expect(planned(7)).toEqual(planned(7))
  expect(planned(7)).not.toEqual(planned(8))
  const many = Array.from({ length: 50 }, (_, seed) => planned(seed)).flat()
  expect(many.every(({ at, holdMs }) => at >= 0 && at + holdMs <= 12_000)).toBe(true)
  expect(new Set(many.map(({ fault }) => fault))).toEqual(new Set(names))
})

it('reads its command line, and says what is wrong with it', () => {
  expect(readOptions([], names)).toMatchObject({ seeds: 20, first: 1, quick: false, split: undefined })
  expect(readOptions([], names)?.parts).toEqual(['seeds', 'steps', 'load'])
  expect(readOptions(['--steps'], names)?.parts).toEqual(['steps'])
  expect(readOptions(['--load'], names)?.parts).toEqual(['load'])
  expect(readOptions(['--on-sale', '--split'], names)).toMatchObject({
    workload: 'on-sale',
    split: true,
    parts: ['seeds'],
  })
  expect(readOptions(['--quick', '--single'], names)).toMatchObject({ seeds: 3, split: false, parts: ['seeds'] })
  expect(readOptions(['--help'], names)).toBeUndefined()
  expect(() => readOptions(['--seeds', 'many'], names)).toThrow('--seeds must be a whole number above 0, not "many"')
  expect(() => readOptions(['--split', '--single'], names)).toThrow('exclude each other')
  expect(() => readOptions(['--steps', '--load'], names)).toThrow('exclude each other')
  expect(() => readOptions(['--on-sale', '--load'], names)).toThrow('exclude each other')
  expect(() => readOptions(['--only', 'rain'], names)).toThrow('there is no fault "rain"')
  expect(() => readOptions(['--sedes', '3'], names)).toThrow('--sedes')
})
