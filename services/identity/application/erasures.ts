import { notFound } from '#shared/domain/errors.ts'
import type { ErasedThere, Erasure } from '../domain/erasure.ts'
import type { Ports } from './ports.ts'

/** Notes what a context has erased of somebody who deleted their account. */
export const noteErased =
  ({ erasures, clock }: Ports) =>
  async (userId: string, there: ErasedThere): Promise<void> => {
    const erasure = await erasures.find(userId)
    erasure?.note(there, clock.now())
  }

/** Throws ERASURE_NOT_FOUND. */
export const getErasure =
  ({ erasures }: Ports) =>
  async (userId: string): Promise<Erasure> => {
    const erasure = await erasures.find(userId)
    if (!erasure) throw notFound('ERASURE_NOT_FOUND', 'no account of this id was deleted')
    return erasure
  }
