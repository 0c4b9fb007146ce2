import { ConnectError, createClient } from '@connectrpc/connect'
import { ErrorInfoSchema, RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { milliseconds } from '../../../services/shared/domain/timestamp.ts'
import { type Check, type CheckScene, must } from '../checks.ts'
import { twinOf } from '../stage/twins.ts'

interface Answer {
  reason: string
  retryAfterMs: number
}

/** Tries to sign in; `reason` is empty when it worked. */
const login = async ({ stage }: CheckScene, email: string, password: string): Promise<Answer> => {
  try {
    await createClient(IdentityService, stage.transport()).login({ email, password })
    return { reason: '', retryAfterMs: 0 }
  } catch (error) {
    const known = ConnectError.from(error)
    const delay = known.findDetails(RetryInfoSchema)[0]?.retryDelay
    const reason = known.findDetails(ErrorInfoSchema)[0]?.reason ?? known.message
    return { reason, retryAfterMs: delay ? milliseconds(delay) : 0 }
  }
}

/** Guesses until delayed, waits, guesses again: what each delay was. */
const delaysOf = async (scene: CheckScene, email: string, times: number): Promise<number[]> => {
  const delays: number[] = []
  for (let guesses = 0; delays.length < times && guesses < 20 + times; guesses += 1) {
    const { reason, retryAfterMs } = await login(scene, email, 'a-wrong-guess')
    if (reason !== 'LOGIN_DELAYED') continue
    delays.push(retryAfterMs)
    await scene.stage.clock.advance(retryAfterMs + 100)
  }
  return delays
}

const growing: Check = {
  name: 'guessing is delayed, ever longer, also where there is no account',
  run: async (scene) => {
    const { email, password } = await twinOf(scene.stage, scene.cast.ann)
    const known = await delaysOf(scene, email, 3)
    const unknown = await delaysOf(scene, `${crypto.randomUUID()}@example.com`, 3)
    for (const delays of [known, unknown]) {
      const [first = 0, second = 0, third = 0] = delays
      const grows = first > 0 && first <= 1000 && second > first && second <= 2000 && third > second && third <= 4000
      must(grows, `the delays were ${delays.map(Math.round).join(', ')} ms`)
    }
    must((await login(scene, email, password)).reason === '', 'the right password is refused after the delay')
    const shown = [known, unknown].map((delays) => delays.map(Math.round).join(', '))
    return `delays of ${shown[0]} ms, without account ${shown[1]} ms`
  },
}

const rightIsDelayed: Check = {
  name: 'during a delay the right password is not let in',
  run: async (scene) => {
    const { email, password } = await twinOf(scene.stage, scene.cast.ann)
    for (let n = 0; n < 7; n += 1) {
      await login(scene, email, 'a-wrong-guess')
      // On to the next delay, which is longer than what the machine takes for a call.
      if (n === 4 || n === 5) await scene.stage.clock.advance(2 ** (n - 4) * 1000 + 100)
    }
    const { reason, retryAfterMs } = await login(scene, email, password)
    must(reason === 'LOGIN_DELAYED', `answered ${reason || 'ok'}`)
    return `LOGIN_DELAYED for ${Math.round(retryAfterMs)} ms`
  },
}

const burst: Check = {
  name: 'a burst of fifty guesses at once is no way around',
  run: async (scene) => {
    const { email } = await twinOf(scene.stage, scene.cast.ann)
    const answers = await Promise.all(Array.from({ length: 50 }, () => login(scene, email, 'a-wrong-guess')))
    const looked = answers.filter(({ reason }) => reason === 'INVALID_CREDENTIALS').length
    const delayed = answers.filter(({ reason }) => reason === 'LOGIN_DELAYED').length
    must(looked + delayed === 50, `answers: ${[...new Set(answers.map(({ reason }) => reason))].join(', ')}`)
    // Two passwords are looked at side by side.
    must(looked <= 7, `${looked} guesses were looked at`)
    return `${looked} looked at, ${delayed} delayed`
  },
}

export const lockoutChecks: readonly Check[] = [growing, rightIsDelayed, burst]
