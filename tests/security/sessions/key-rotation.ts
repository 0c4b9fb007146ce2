import { setTimeout as sleep } from 'node:timers/promises'
import { decodeProtectedHeader } from 'jose'
import { type Check, type CheckScene, must } from '../checks.ts'
import { openHttp2 } from '../http2-client.ts'
import { day, minute } from '../stage/mesh-clock.ts'
import { signIn } from '../stage/people.ts'
import { twinOf } from '../stage/twins.ts'

const paths = ['/troupe.identity.v1.IdentityService/GetMe', '/troupe.story.v1.StoryService/ListStories']
const workers = 4

/** Makes the present key so old that its successor is due in two minutes. */
const ageKeys = async ({ stage }: CheckScene): Promise<void> => {
  const { kid } = await stage.signingKey()
  const activeAt = new Date(stage.clock.now().getTime() - 30 * day + 7 * minute)
  await stage.databases.sql('identity', 'update signing_keys set active_at = $2 where kid = $1', kid, activeAt)
}

const rotation: Check = {
  name: 'signing keys change under load without one refusal',
  run: async (scene) => {
    const { stage, cast } = scene
    const person = await twinOf(stage, cast.ann)
    const kidOf = (token: string) => String(decodeProtectedHeader(token).kid)
    await ageKeys(scene)
    const tokens = [(await signIn(stage.transport(), person)).token]
    const kids = new Set(tokens.map(kidOf))
    const refusals = new Map<string, number>()
    let calls = 0
    let isOver = false
    const work = async (worker: number) => {
      const client = openHttp2(stage.url, 20_000)
      for (let n = worker; !isOver; n += 1) {
        // The newest and those before it, which are good for ten minutes.
        const token = tokens.at(-1 - (n % Math.min(3, tokens.length)))
        const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
        const { status, body } = await client.send({ path: paths[n % paths.length] as string, headers, body: '{}' })
        calls += 1
        if (status !== 200) {
          const why = `${status} ${body.toString().slice(0, 100)}`
          refusals.set(why, (refusals.get(why) ?? 0) + 1)
        }
      }
      client.close()
    }
    const working = Array.from({ length: workers }, (_, worker) => work(worker))
    for (let step = 0; step < 14; step += 1) {
      await stage.clock.advance(2 * minute)
      const { token } = await signIn(stage.transport(), person)
      kids.add(kidOf(token))
      tokens.push(token)
      // Verifiers ask for unknown keys once a second, and to them no minutes have passed.
      await sleep(350)
    }
    isOver = true
    await Promise.all(working)
    must(kids.size === 2, `the tokens named ${kids.size} keys`)
    const shown = [...refusals].map(([why, count]) => `${count} × ${why}`).join('; ')
    must(refusals.size === 0, `of ${calls} calls were refused: ${shown}`)
    return `${calls} calls over ${kids.size} keys and 28 minutes, none refused`
  },
}

export const rotationChecks: readonly Check[] = [rotation]
