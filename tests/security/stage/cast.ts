import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@connectrpc/connect'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { makeApiKeys, type StageKeys } from './api-keys.ts'
import { type Gone, makeGone } from './gone.ts'
import type { SigningKey } from './keys.ts'
import { day, minute } from './mesh-clock.ts'
import type { Person } from './people.ts'
import type { Stage } from './stage.ts'

/** Within which every process has heard that somebody's session ended. */
const heardWithinMs = 2000

/** Who takes part in the attacks on a stage. */
export interface Cast {
  /** Two people of the same standing. */
  ann: Person
  ben: Person
  /** Their account or session ended a moment ago. */
  gone: Record<Gone, Person>
  /** Theirs ended so long ago that no access token of that time is good any more. */
  longGone: Record<Gone, Person>
  /** Signed once, and is published no more. */
  retiredKey: SigningKey
  apiKeys: StageKeys
}

/** Brings the cast together. Moves the clock of the mesh by a good month. */
export const assembleCast = async (stage: Stage): Promise<Cast> => {
  const { clock } = stage
  const retiredKey = await stage.signingKey()
  await clock.advance(31 * day)
  // Asking makes the next key, to be used five minutes later; a day and a quarter of an hour after that the old one is gone.
  await createClient(IdentityService, stage.transport()).getJwks({})
  await clock.advance(day + 25 * minute)
  // Verifiers ask for keys at most once a second, and to them no month has passed.
  await sleep(1100)
  const longGone = await makeGone(stage)
  const apiKeys = await makeApiKeys(stage)
  await clock.advance(11 * minute)
  const gone = await makeGone(stage)
  await sleep(heardWithinMs)
  const [ann, ben] = await Promise.all([stage.newPerson(), stage.newPerson()])
  return { ann, ben, gone, longGone, retiredKey, apiKeys }
}
