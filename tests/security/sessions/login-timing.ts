import { type Check, type CheckScene, must } from '../checks.ts'
import { openHttp2 } from '../http2-client.ts'
import { seeded } from '../random.ts'
import { twinOf } from '../stage/twins.ts'
import { median, superiority, superiorityDeviation } from './statistics.ts'

/** Tries of each kind, and how far from 0.5 the odds of telling two kinds apart by one answer may be. */
const plans = {
  quick: { tries: 40, bound: 0.26 },
  normal: { tries: 200, bound: 0.12 },
  long: { tries: 1_000, bound: 0.06 },
}

/** Fewer than lead to a delay. */
const triesAnAccount = 3

const kinds = ['unknown', 'known', 'without password', 'suspended'] as const
type Kind = (typeof kinds)[number]

/** Makes an account of a kind; an unknown one is only an address. */
const addressOf = async ({ stage, cast }: CheckScene, kind: Kind): Promise<string> => {
  if (kind === 'unknown') return `${crypto.randomUUID()}@example.com`
  const { id, email } = await twinOf(stage, cast.ann)
  const change = {
    known: 'email = email',
    'without password': `password_hash = null, oauth_providers = '{acme}'`,
    suspended: `suspended_at = now(), suspension_reason = 'for the timing'`,
  }[kind]
  await stage.databases.sql('identity', `update users set ${change} where id = $1`, id)
  return email
}

/** Times of refused sign-ins in milliseconds, by kind, taken in an order of chance. */
const measure = async (scene: CheckScene, tries: number): Promise<Record<Kind, number[]>> => {
  const jobs: { kind: Kind; email: string }[] = []
  for (const kind of kinds) {
    for (let account = 0; account * triesAnAccount < tries; account += 1) {
      const email = await addressOf(scene, kind)
      for (let n = 0; n < triesAnAccount; n += 1) jobs.push({ kind, email })
    }
  }
  const random = seeded(scene.seed, 'login timing')
  for (let at = jobs.length - 1; at > 0; at -= 1) {
    const other = random.whole(at + 1)
    ;[jobs[at], jobs[other]] = [jobs[other] as (typeof jobs)[0], jobs[at] as (typeof jobs)[0]]
  }
  const times: Record<Kind, number[]> = { unknown: [], known: [], 'without password': [], suspended: [] }
  const client = openHttp2(scene.stage.url, 20_000)
  for (const { kind, email } of jobs) {
    const { status, body, ms } = await client.send({
      path: '/troupe.identity.v1.IdentityService/Login',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: 'a-wrong-password' }),
    })
    const text = body.toString()
    must(status === 401 && text.includes('INVALID_CREDENTIALS'), `${kind}: answered ${status} ${text.slice(0, 200)}`)
    times[kind].push(ms)
  }
  client.close()
  return times
}

const timing: Check = {
  name: 'a refused sign-in takes the same time whether there is an account or not',
  run: async (scene) => {
    const { tries, bound } = plans[scene.level]
    const times = await measure(scene, tries)
    const deviation = superiorityDeviation(times.unknown.length)
    const others = kinds.filter((kind) => kind !== 'unknown')
    const found = others.map((kind) => ({ kind, odds: superiority(times[kind], times.unknown) }))
    const shown = [
      `unknown ${median(times.unknown).toFixed(1)} ms`,
      ...found.map(({ kind, odds }) => `${kind} ${median(times[kind]).toFixed(1)} ms, odds ${odds.toFixed(3)}`),
    ].join('; ')
    const told = found.find(({ odds }) => Math.abs(odds - 0.5) > bound)
    const range = `0.5 ± ${bound} (${(bound / deviation).toFixed(1)} standard deviations, ${times.unknown.length} tries each)`
    must(!told, `${told?.kind} can be told from unknown: ${shown}; odds must be ${range}`)
    return `${shown}; within ${range}`
  },
}

export const timingChecks: readonly Check[] = [timing]
