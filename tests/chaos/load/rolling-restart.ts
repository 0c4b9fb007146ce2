import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { newAccount } from './account.ts'
import { atLeast, atMost, type Measurement } from './measure.ts'

const workers = 8
const settleMs = 1000

/** Ends one process after the other by SIGTERM, each under load and while its replica goes on; no call may fail. */
export const rollingRestart: Measurement = async ({ mesh }) => {
  const failures: string[] = []
  let calls = 0
  let isOver = false
  let now = 'all ran'
  const work = async () => {
    const { story, storyId, close } = await newAccount(mesh)
    for (let n = 1; !isOver; n += 1) {
      try {
        await story.getStory({ storyId }, { timeoutMs: 10_000 })
        const headers = { 'idempotency-key': randomUUID() }
        await story.updateStory(
          { storyId, expectedVersion: n, title: `Version ${n + 1}` },
          { headers, timeoutMs: 10_000 },
        )
      } catch (error) {
        failures.push(`${(error as Error).message}, while ${now}`)
        break
      }
      calls += 2
    }
    close()
  }
  const working = Promise.all(Array.from({ length: workers }, work))
  await sleep(settleMs)
  for (const part of mesh.parts) {
    mesh.front.use(part.address, false)
    await sleep(settleMs / 2)
    now = `${part.name} was restarted`
    await part.restart()
    mesh.front.use(part.address, true)
    await sleep(settleMs)
  }
  isOver = true
  await working
  const what = `failed calls, ${mesh.parts.length} processes restarted one after another`
  return [
    atMost('rolling restart', failures.length === 0 ? what : `${what} (${failures[0]})`, failures.length, 0),
    atLeast('rolling restart', 'calls meanwhile', calls, 100),
  ]
}
