import { describe } from 'vitest'
import { smokeOf } from './smoke.ts'

describe('a mesh of a process per context', () => {
  smokeOf('split')
})
