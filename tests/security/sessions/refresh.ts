import { ConnectError, createClient } from '@connectrpc/connect'
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { type Check, type CheckScene, must } from '../checks.ts'
import { signIn } from '../stage/people.ts'
import { twinOf } from '../stage/twins.ts'

/** The newer refresh token, or the reason why there is none. */
const refresh = async ({ stage }: CheckScene, refreshToken: string): Promise<{ next?: string; reason?: string }> => {
  try {
    const { tokens } = await createClient(IdentityService, stage.transport()).refreshSession({ refreshToken })
    return { next: tokens?.refreshToken ?? '' }
  } catch (error) {
    const known = ConnectError.from(error)
    return { reason: known.findDetails(ErrorInfoSchema)[0]?.reason ?? known.message }
  }
}

const reuse: Check = {
  name: 'an old refresh token used again ends its session, and no other',
  run: async (scene) => {
    const person = await twinOf(scene.stage, scene.cast.ann)
    const [stolen, other] = [
      await signIn(scene.stage.transport(), person),
      await signIn(scene.stage.transport(), person),
    ]
    const second = await refresh(scene, stolen.refreshToken)
    const third = await refresh(scene, second.next ?? '')
    must(third.next, `a session could not be refreshed twice: ${third.reason}`)
    const again = await refresh(scene, stolen.refreshToken)
    must(again.reason === 'REFRESH_TOKEN_REUSED', `the first token again: ${again.reason ?? 'accepted'}`)
    const newest = await refresh(scene, third.next)
    must(newest.reason === 'SESSION_ENDED', `the newest token after that: ${newest.reason ?? 'accepted'}`)
    must((await refresh(scene, other.refreshToken)).next, 'another session of the same user ended, too')
    return 'REFRESH_TOKEN_REUSED, then SESSION_ENDED'
  },
}

const rounds = { quick: 5, normal: 20, long: 100 }

const race: Check = {
  name: 'a race of twenty leaves one live chain',
  run: async (scene) => {
    const person = await twinOf(scene.stage, scene.cast.ann)
    for (let round = 0; round < rounds[scene.level]; round += 1) {
      const { refreshToken, sessionId } = await signIn(scene.stage.transport(), person)
      const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(scene, refreshToken)))
      const given = new Set(answers.flatMap(({ next }) => next ?? []))
      must(given.size === 1, `round ${round}: ${given.size} different tokens were given`)
      const [row] = await scene.stage.databases.sql<{ generation: number }>(
        'identity',
        'select generation from sessions where id = $1',
        sessionId,
      )
      must(row?.generation === 2, `round ${round}: the session is at generation ${row?.generation}`)
      must((await refresh(scene, [...given][0] as string)).next, `round ${round}: the chain does not go on`)
    }
    return `${rounds[scene.level]} races, one chain each`
  },
}

const lateRace: Check = {
  name: 'a thief and the owner, whoever comes second, lose the session',
  run: async (scene) => {
    const { stage } = scene
    const person = await twinOf(stage, scene.cast.ann)
    const { refreshToken } = await signIn(stage.transport(), person)
    const thief = await refresh(scene, refreshToken)
    const longer = await refresh(scene, thief.next ?? '')
    const owner = await refresh(scene, refreshToken)
    must(owner.reason === 'REFRESH_TOKEN_REUSED', `the owner after the thief: ${owner.reason ?? 'accepted'}`)
    const last = await refresh(scene, longer.next ?? '')
    must(last.reason === 'SESSION_ENDED', `the thief after that: ${last.reason ?? 'accepted'}`)
    return 'both are out'
  },
}

const passwordChange: Check = {
  name: 'a changed password ends all other sessions',
  run: async (scene) => {
    const { stage } = scene
    const person = await twinOf(stage, scene.cast.ann)
    const [here, there] = [await signIn(stage.transport(), person), await signIn(stage.transport(), person)]
    const newPassword = `Correct-horse-${crypto.randomUUID()}`
    const own = createClient(IdentityService, stage.transport(here.token))
    await own.changePassword({ currentPassword: person.password, newPassword })
    const elsewhere = await refresh(scene, there.refreshToken)
    must(elsewhere.reason === 'SESSION_ENDED', `the other session: ${elsewhere.reason ?? 'goes on'}`)
    must((await refresh(scene, here.refreshToken)).next, 'the session that changed it ended, too')
    return 'SESSION_ENDED elsewhere'
  },
}

export const refreshChecks: readonly Check[] = [reuse, race, lateRace, passwordChange]
