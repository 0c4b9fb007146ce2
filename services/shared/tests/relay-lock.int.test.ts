import { afterAll, beforeAll, expect, it } from 'vitest'
import { Link } from '../../../tests/chaos/link.ts'
import { eventually } from '../../../tests/mesh.ts'
import { openRelayLock } from '../infrastructure/relay-lock.ts'
import { migrations } from './fixture.ts'
import { suiteDatabase } from './suite-database.ts'

const silenceMs = 2500

let suite: Awaited<ReturnType<typeof suiteDatabase>>
let link: Link
let linkedUrl: string

beforeAll(async () => {
  suite = await suiteDatabase('relay-lock', migrations)
  const url = new URL(suite.url)
  link = await Link.open({ host: url.hostname, port: Number(url.port) })
  url.port = String(link.port)
  linkedUrl = url.toString()
})

afterAll(async () => {
  await link.close()
  await suite.drop()
})

it('belongs to one, also when that one has nothing to do', async () => {
  const one = await openRelayLock(suite.url, silenceMs)
  const other = await openRelayLock(suite.url, silenceMs)
  expect(await one.take()).toBe(true)
  await new Promise((done) => setTimeout(done, 2 * silenceMs))
  expect([await other.take(), one.isLost()]).toEqual([false, false])
  await one.close()
  await eventually(async () => (await other.take()) || undefined)
  await other.close()
})

it('leaves one whose connection carries nothing any more, who comes to know of it', async () => {
  const silent = await openRelayLock(linkedUrl, silenceMs)
  const other = await openRelayLock(suite.url, silenceMs)
  expect(await silent.take()).toBe(true)
  link.set({ kind: 'silent' })
  expect(await other.take()).toBe(false)
  await eventually(async () => (await other.take()) || undefined)
  await eventually(() => silent.isLost() || undefined)
  await silent.close()
  await other.close()
})
