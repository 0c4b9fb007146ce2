import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Mail, Push, Sender, Sms } from '../domain/ports.ts'
import { cases, never, timeoutMs } from './vendor-cases.ts'
import { startVendor, type Vendor } from './vendor-stand-in.ts'

describe.each(cases)('$name', ({ name, handle, sender, message, nobody, invalid, badKey }) => {
  let api: Vendor
  let subject: Sender<Mail & Sms & Push>
  beforeAll(async () => {
    api = await startVendor(handle)
    subject = sender(api.url, timeoutMs)
    // What it holds (an access token) it has before anything goes wrong.
    await subject.send(message(api.url), 'key-0', never)
  })
  beforeEach(() => api.reset())
  afterAll(() => api.stop())
  const send = (signal = never) => subject.send(message(api.url), 'key-1', signal)

  it('sends, once', async () => {
    expect(await send()).toEqual({ kind: 'accepted', providerId: expect.stringMatching(/./) })
    expect(api.received).toHaveLength(1)
    expect(api.accepted).toHaveLength(1)
  })

  it('tells who cannot be reached, without naming anybody', async () => {
    const outcome = await subject.send(nobody(api.url), 'key-1', never)
    expect(outcome).toMatchObject({ kind: 'unreachable' })
    expect(JSON.stringify(outcome)).not.toMatch(/olga|\+0|device/)
    expect(api.accepted).toHaveLength(0)
  })

  it('tells what is refused for good', async () => {
    expect(await subject.send(invalid(api.url), 'key-1', never)).toMatchObject({ kind: 'refused' })
    expect(api.accepted).toHaveLength(0)
  })

  it('waits where its own credentials are refused', async () => {
    expect(await badKey(api.url).send(message(api.url), 'key-1', never)).toMatchObject({
      kind: 'busy',
      // A push service says the same of a device that subscribed with another key.
      ...(name !== 'web-push' && { needsMending: true }),
    })
    expect(api.accepted).toHaveLength(0)
  })

  it('waits as long as it is told to', async () => {
    api.misbehave({ status: 429, headers: { 'retry-after': '7' } })
    expect(await send()).toEqual({ kind: 'busy', reason: '429', retryAfterMs: 7000 })
    api.misbehave({ status: 503 })
    expect(await send()).toEqual({ kind: 'busy', reason: '503', retryAfterMs: undefined })
    expect(api.received).toHaveLength(2)
  })

  it('does not go where it is redirected', async () => {
    api.misbehave({ status: 307, headers: { location: `${api.url}/elsewhere` } })
    expect(await send()).toMatchObject({ kind: 'busy', reason: '307' })
    expect(api.received).toHaveLength(1)
  })

  it('was not heard where the vendor says that it failed itself', async () => {
    for (const status of [500, 501, 502, 504, 520]) {
      api.misbehave({ status, body: '<html>' })
      expect(await send()).toEqual({ kind: 'busy', reason: String(status), retryAfterMs: undefined })
    }
    api.misbehave({ status: 500, headers: { 'retry-after': '3600' } })
    expect(await send()).toMatchObject({ kind: 'busy', retryAfterMs: 3_600_000 })
    expect(api.accepted).toHaveLength(0)
  })

  it('does not know what became of it, and does not send again', async () => {
    for (const trouble of ['cut', 'lost'] as const) {
      api.reset()
      api.misbehave(trouble)
      expect(await send(), trouble).toMatchObject({ kind: 'unknown' })
      expect(api.received).toHaveLength(1)
      expect(api.accepted).toHaveLength(trouble === 'lost' ? 1 : 0)
    }
  })

  it('does not wait for ever', async () => {
    api.misbehave('hang')
    const impatient = sender(api.url, 200)
    const held = api.received.length
    expect(await impatient.send(message(api.url), 'key-1', never)).toMatchObject({
      kind: expect.stringMatching(/^(unknown|busy)$/),
    })
    expect(api.received.length).toBe(held + 1)
  })

  it('stops waiting when it is told to', async () => {
    api.misbehave('hang')
    const controller = new AbortController()
    const sending = send(controller.signal)
    await expect.poll(() => api.received.length).toBe(1)
    controller.abort()
    expect(await sending).toMatchObject({ kind: 'unknown' })
    expect(await send(AbortSignal.abort())).toMatchObject({ kind: 'busy' })
    expect(api.received).toHaveLength(1)
  })

  it('knows that it was taken although the body of the answer is cut', async () => {
    api.misbehave('headers-only')
    expect(await send()).toMatchObject({ kind: 'accepted' })
  })

  it('is busy where nobody listens', async () => {
    const gone = await startVendor(handle)
    await gone.stop()
    expect(await sender(gone.url, timeoutMs).send(message(gone.url), 'key-1', never)).toMatchObject({ kind: 'busy' })
  })
})
