import { type Check, must } from '../checks.ts'
import { openHttp2 } from '../http2-client.ts'
import { twinOf } from '../stage/twins.ts'

const story = '/troupe.story.v1.StoryService'
const forgedId = '5115abcd-0bad-4bad-8bad-0000deadbeef'

/** What only the mesh itself may say. */
const forged: Readonly<Record<string, string>> = {
  'x-troupe-actor': forgedId,
  'x-troupe-causation-id': forgedId,
  'x-troupe-client-address': '6.6.6.6',
  'x-troupe-local-caller': 'story',
  localcaller: 'story',
  'x-troupe-principal': 'service:story',
  'x-forwarded-for': '6.6.6.6, 7.7.7.7',
  'x-forwarded-proto': 'https',
  'x-real-ip': '6.6.6.6',
  forwarded: 'for=6.6.6.6',
}

const json = (token?: string) => ({
  'content-type': 'application/json',
  ...(token && { authorization: `Bearer ${token}` }),
})

const stripped: Check = {
  name: 'what only the mesh may say is not believed from outside',
  run: async ({ stage, cast }) => {
    const person = await twinOf(stage, cast.ann)
    const client = openHttp2(stage.url, 20_000)
    const created = await client.send({
      path: `${story}/CreateStory`,
      headers: { ...json(person.token), ...forged, 'x-correlation-id': 'no uuid' },
      body: JSON.stringify({ title: 'Forged headers' }),
    })
    must(created.status === 200, `CreateStory answered ${created.status} ${created.body}`)
    const id = JSON.parse(created.body.toString()).story.id
    const [event] = await stage.databases.sql<{ metadata: { actor: string } }>(
      'story',
      'select event_metadata as metadata from event_store where stream_id = $1',
      id,
    )
    const shown = JSON.stringify(event?.metadata)
    must(event?.metadata.actor === person.id, `the event’s actor is ${event?.metadata.actor}`)
    must(!shown.includes(forgedId) && !shown.includes('no uuid'), `the event says ${shown}`)
    const { email, password } = person
    const body = JSON.stringify({ email, password })
    const login = { path: '/troupe.identity.v1.IdentityService/Login', body }
    must((await client.send({ ...login, headers: { ...json(), ...forged } })).status === 200, 'Login was refused')
    const addresses = await stage.databases.sql<{ address: string }>(
      'identity',
      'select distinct address from sessions where user_id = $1',
      person.id,
    )
    client.close()
    must(
      addresses.every(({ address }) => /^(127\.0\.0\.1|::1)$/.test(address)),
      `sessions of ${JSON.stringify(addresses)}`,
    )
    return 'actor, causation, correlation and address are the mesh’s own'
  },
}

const services: Check = {
  name: 'no header makes a user a service',
  run: async ({ stage, cast }) => {
    const client = openHttp2(stage.url, 20_000)
    const publishingId = crypto.randomUUID()
    const attempts: [string, Record<string, string>, number][] = [
      ['a user', json(cast.ann.token), 403],
      ['nobody', json(), 401],
      ['an empty token', { ...json(), authorization: '' }, 401],
      ['a token without scheme', { ...json(), authorization: cast.ann.token }, 401],
      ['another scheme', { ...json(), authorization: `Basic ${cast.ann.token}` }, 401],
      ['two tokens', { ...json(), authorization: `Bearer ${cast.ann.token}, Bearer x.y.z` }, 401],
      ['an API key', { ...json(), 'x-api-key': 'service:story' }, 401],
    ]
    for (const [who, headers, expected] of attempts) {
      for (const method of ['ValidatePublishing', 'CompletePublishing', 'AbortPublishing']) {
        const body = JSON.stringify({ publishingId, reason: 'no' })
        const { status } = await client.send({ path: `${story}/${method}`, headers: { ...headers, ...forged }, body })
        must(status === expected, `${method} by ${who}: ${status} instead of ${expected}`)
      }
    }
    client.close()
    return `${attempts.length} ways, all refused`
  },
}

const keys: Check = {
  name: 'an idempotency key opens nobody else’s answer',
  run: async ({ stage, cast }) => {
    const client = openHttp2(stage.url, 20_000)
    const key = crypto.randomUUID()
    const create = async (token: string) => {
      const headers = { ...json(token), 'idempotency-key': key }
      const { body } = await client.send({ path: `${story}/CreateStory`, headers, body: '{"title":"One key"}' })
      return JSON.parse(body.toString()).story as { id: string; authorId: string }
    }
    const [mine, again, theirs] = [
      await create(cast.ann.token),
      await create(cast.ann.token),
      await create(cast.ben.token),
    ]
    client.close()
    must(mine.id === again.id, 'the same key of the same user made two stories')
    must(mine.id !== theirs.id && theirs.authorId === cast.ben.id, 'another user was given the first one’s answer')
    return 'each user has their own'
  },
}

export const headerChecks: readonly Check[] = [stripped, services, keys]
