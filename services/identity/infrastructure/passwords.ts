import { hash, verify } from '@node-rs/argon2'
import { exhausted } from '#shared/domain/errors.ts'
import { currentCall } from '#shared/infrastructure/call-context.ts'
import { normalizePassword } from '../domain/password-policy.ts'
import type { Passwords } from '../domain/secrets.ts'

/** What OWASP's password storage cheat sheet asks of Argon2id at least, with two passes and one lane: 19 MiB. */
export const passwordMemoryKiB = 19 * 1024
const maxAtOnce = 2
const maxWaiting = 100

/** Lets two jobs run at once; others queue, and more than a hundred are refused with HASHING_BUSY. */
export const createTurns = () => {
  const waiting: (() => void)[] = []
  let running = 0
  return async <T>(job: () => Promise<T>): Promise<T> => {
    if (running < maxAtOnce) running += 1
    else if (waiting.length >= maxWaiting) {
      throw exhausted('HASHING_BUSY', 'too many are signing in at this moment; try again', { retryAfterMs: 1000 })
    } else await new Promise<void>((turn) => waiting.push(turn))
    try {
      return await job()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}

/** Hashes passwords with Argon2id, two at once in this process. */
export const createPasswords = async (memoryKiB: number): Promise<Passwords> => {
  const cost = { memoryCost: memoryKiB, timeCost: 2, parallelism: 1 }
  const inTurn = createTurns()
  const nobodys = await hash(crypto.randomUUID(), cost)
  const stillWanted = () => currentCall()?.signal.throwIfAborted()
  return {
    hash: (password) =>
      inTurn(() => {
        stillWanted()
        return hash(normalizePassword(password), cost)
      }),
    verify: (password, known, { admit, failed }) =>
      inTurn(async () => {
        stillWanted()
        await admit()
        const matches = (await verify(known ?? nobodys, normalizePassword(password), cost)) && known !== undefined
        if (!matches) await failed()
        return matches
      }),
  }
}
