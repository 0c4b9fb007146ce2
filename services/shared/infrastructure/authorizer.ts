import { LRUCache } from 'lru-cache'
import { unavailable } from '../domain/errors.ts'
import type { Logger } from './telemetry/logger.ts'

/** Says whether a user holds a permission. */
export interface Authorizer {
  /** Throws ACCESS_UNAVAILABLE while nobody can tell. */
  allows(userId: string, permission: string): Promise<boolean>
}

/** A user and what they would do. */
export interface AccessQuestion {
  userId: string
  /** `resource:action`. */
  permission: string
}

/** How old an answer may be: as long as a permission that was taken away may still be used somewhere. */
const maxAgeMs = 2000
const mostAnswers = 50_000
const mostAtOnce = 1000

interface Answer {
  allowed: Promise<boolean>
  askedAt: number
}

/**
 * Asks whoever decides, about many at once, and remembers each answer for two seconds from when it was asked for. What
 * was not answered is not remembered.
 */
export const askingAuthorizer = (
  ask: (questions: readonly AccessQuestion[]) => Promise<readonly boolean[]>,
  log: Pick<Logger, 'info' | 'warn'>,
): Authorizer => {
  let isAway = false
  const answers = new LRUCache<string, Answer>({ max: mostAnswers })
  const waiting: (AccessQuestion & PromiseWithResolvers<boolean>)[] = []

  const askAll = async (): Promise<void> => {
    const batch = waiting.splice(0, mostAtOnce)
    if (waiting.length > 0) setImmediate(askAll)
    try {
      const allowed = await ask(batch.map(({ userId, permission }) => ({ userId, permission })))
      for (const [index, { resolve }] of batch.entries()) resolve(allowed[index] === true)
      if (isAway) log.info('access decides again')
      isAway = false
    } catch (error) {
      if (!isAway) log.warn('access cannot be asked', { error })
      isAway = true
      const reason = unavailable('ACCESS_UNAVAILABLE', 'whether you may do this cannot be told at present; try again')
      for (const { reject } of batch) reject(reason)
    }
  }

  return {
    allows: (userId, permission) => {
      const key = `${userId} ${permission}`
      const known = answers.get(key)
      const askedAt = performance.now()
      if (known && askedAt - known.askedAt < maxAgeMs) return known.allowed
      const answer = Promise.withResolvers<boolean>()
      if (waiting.length === 0) setImmediate(askAll)
      waiting.push({ userId, permission, ...answer })
      answers.set(key, { allowed: answer.promise, askedAt })
      answer.promise.catch(() => answers.delete(key))
      return answer.promise
    },
  }
}
