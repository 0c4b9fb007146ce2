import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { elevenlabsEngine } from '../infrastructure/providers/elevenlabs.ts'
import { openaiEngine } from '../infrastructure/providers/openai.ts'
import { openNarration, type TestNarration } from './narration-fixture.ts'
import type { Line } from './neighbours.ts'
import { inPieces, speech } from './samples.ts'
import { openVendor, type Vendor } from './vendor-stand-in.ts'

const signal = new AbortController().signal
const line: Line[] = [{ text: 'A girl lived by the mill.', emotion: 'joy' }]
const text = 'A girl lived by the mill.'
// Nothing of it can be said: what is told is one line.
const title = '—'

// Programs run with the least priority there is.
const patience = { timeout: 120_000 }

describe.each(['openai', 'elevenlabs'] as const)('speech of %s', patience, (name) => {
  let vendor: Vendor
  let fixture: TestNarration
  let ann: string

  beforeAll(async () => {
    vendor = await openVendor()
    fixture = await openNarration(`narration_${name}`, {
      usual: name,
      engines: () => ({
        openai: openaiEngine({ apiKey: 'k', baseUrl: vendor.url, model: 'm', microsPerCharacter: 15 }),
        elevenlabs: elevenlabsEngine({ apiKey: 'k', baseUrl: vendor.url, model: 'm', microsPerCharacter: 220 }),
      }),
    })
  })

  beforeEach(() => {
    ann = uuidv7()
    vendor.said.length = 0
    fixture.mesh.limit(Number.POSITIVE_INFINITY)
  })

  afterAll(async () => {
    const [violations, orphans] = [await fixture.violations(), await fixture.sweep()]
    await fixture.close()
    await vendor.stop()
    expect(violations).toEqual([])
    expect(orphans).toEqual([])
  })

  const begin = (storyId: string) => fixture.call(() => fixture.app.generateNarration(ann, storyId))
  const tale = (lines = line) => fixture.story(ann, lines, uuidv7(), title)
  const view = async (id: string) => (await fixture.see(ann, id)).narration
  /** Lets it be taken up again at once. */
  const retry = async (id: string) => {
    await fixture.database.sql(`update speeches set lease_until = now() - interval '1 second'`)
    await fixture.tell(id)
  }

  it('is estimated and reserved first, and paid for once', async () => {
    const story = tale()
    fixture.mesh.limit(0)
    const details = { quota: { quotaValue: 0n }, retryAfterMs: 60_000 }
    await expect(begin(story)).rejects.toMatchObject({ reason: 'LIMIT_REACHED', details })
    // Told without being asked, it says so and waits for nobody.
    await fixture.call(() => fixture.app.setSettings(ann, { narrateWhenAnalyzed: true, narratorVoiceId: '' }))
    await fixture.call(() => fixture.app.narrateWhenAnalyzed(ann, story))
    const { items } = await fixture.call(() => fixture.app.listNarrations(ann, story, { size: 1, token: '' }))
    expect(items[0]?.narration).toMatchObject({ status: 'failed', failureReason: 'LIMIT_REACHED' })
    expect(vendor.said).toHaveLength(0)
    fixture.mesh.limit(5)
    const asked = await begin(story)
    expect(asked).toMatchObject({
      paidCharacters: text.length,
      costMicros: text.length * (name === 'openai' ? 15 : 220),
    })
    expect(fixture.mesh.reserved.get(asked.usageKey)).toBe(1)
    await fixture.tell(asked.id)
    expect(vendor.said.map((each) => each.text)).toEqual([text])
    const other = tale()
    const again = await begin(other)
    expect(again).toMatchObject({ paidCharacters: 0, usageKey: '' })
    await fixture.call(() => fixture.app.cancelNarration(ann, again.id))
    expect(vendor.said).toHaveLength(1)
    expect(await view(asked.id)).toMatchObject({ status: 'completed' })
    const [first] = await fixture.segments(ann, asked.id)
    expect(first).toMatchObject({ exactWords: name === 'elevenlabs', status: 'done' })
    expect(first?.words.map((word) => word.text)).toEqual(['A', 'girl', 'lived', 'by', 'the', 'mill'])
  })

  it('is asked for again when the vendor is busy or fails, and given up when it refuses', async () => {
    const { id } = await begin(tale())
    for (const status of [429, 500] as const) {
      vendor.be(status)
      await fixture.tell(id)
      expect(await view(id)).toMatchObject({ status: 'processing' })
    }
    await fixture.tell(id)
    expect(await view(id)).toMatchObject({ status: 'completed' })
    expect(vendor.said).toHaveLength(1)
    const refused = await begin(tale([{ text: 'This is refused.' }]))
    vendor.be(401)
    await fixture.tell(refused.id)
    expect(await view(refused.id)).toMatchObject({ status: 'failed', failureReason: 'PROVIDER_CREDENTIALS' })
    expect(vendor.said).toHaveLength(1)
  })

  it('whose answer is lost is never paid for twice unawares', async () => {
    const { id } = await begin(tale())
    vendor.be('lose')
    await fixture.tell(id)
    if (name === 'openai') {
      expect(await view(id)).toMatchObject({ status: 'failed', failureReason: 'SPEECH_UNKNOWN' })
      const place = (await fixture.segments(ann, id)).findIndex(({ status }) => status === 'unknown')
      const before = vendor.said.length
      const regenerate = (payAgain: boolean) =>
        fixture.call(() => fixture.app.regenerateSegment(ann, id, place, { payAgain }))
      await expect(regenerate(false)).rejects.toMatchObject({ reason: 'SPEECH_UNKNOWN' })
      await regenerate(true)
      await fixture.tell(id)
      expect([before, vendor.said.length]).toEqual([1, 2])
    }
    expect(await view(id)).toMatchObject({ status: 'completed' })
    if (name === 'elevenlabs') expect(vendor.said).toHaveLength(1)
  })

  it('that was asked for before a crash is looked for, or left to its author', async () => {
    const { id } = await begin(tale())
    // Whoever asked died before it heard: the request arrived, or it did not.
    await fixture.database.sql(
      `insert into speeches (owner_id, speech_key, engine, state, characters, is_paid, run_id, asked_at, used_at, lease_until)
       select distinct $1::uuid, speech_key, $2, 'asked', 8, true, 'r', now(), now(), now() from narration_segments
       where narration_id = $3 and place = 0`,
      ann,
      name,
      id,
    )
    await retry(id)
    expect(await view(id)).toMatchObject(
      name === 'openai' ? { status: 'failed', failureReason: 'SPEECH_UNKNOWN' } : { status: 'completed' },
    )
    expect(vendor.said).toHaveLength(name === 'openai' ? 0 : 1)
  })

  it('that comes when its author has left leaves nothing, and nothing of theirs comes after', async () => {
    const { id } = await begin(tale())
    const { asked, answer } = vendor.hold()
    const telling = fixture.tell(id)
    await asked
    await fixture.call(async () => void (await fixture.app.erasePerson(ann, signal)))
    answer()
    await telling
    await expect(begin(tale())).rejects.toMatchObject({ kind: 'conflict' })
    expect(await fixture.rowsOf(ann)).toBe(0)
    expect((await fixture.blobs()).filter((key) => key.includes(ann))).toEqual([])
  })

  it('is of a cloned voice where the vendor clones: once, whatever is lost, and as long as the voice is there', async () => {
    const said = await speech(fixture.kernel.programs, 'en+f2', 'Nobody in the village knows why.')
    const draft = { name: 'Ann', stockVoice: '', language: '', settings: { rate: 0, pitch: 0, volume: 0 } }
    const created = fixture.call(() => fixture.app.createVoice(ann, { ...draft, provider: name }))
    if (name === 'openai') return expect(created).rejects.toMatchObject({ reason: 'PROVIDER_CANNOT_CLONE' })
    const { id } = await created
    for (const emotion of ['joy', 'fear', 'anger', 'joy', 'calm'] as const)
      await fixture.app.uploadSample(ann, uuidv7(), { voiceId: id, emotion, text: '', data: inPieces(said) }, signal)
    await fixture.call(() => fixture.app.recordConsent(ann, id, 'Ann', 'I agree that my voice is used.'))
    await fixture.call(() => fixture.app.trainVoice(ann, id))
    vendor.be('lose')
    await fixture.app.runTraining(id, signal)
    expect(vendor.voices).toMatchObject([{ voice_id: 'clone0', name: `troupe-${id}`, files: 5 }])
    const voice = await fixture.call(() => fixture.app.getVoice(ann, id))
    expect(voice).toMatchObject({ status: 'ready', clonedAs: 'clone0' })
    await fixture.call(() => fixture.app.deleteVoice(ann, id))
    return expect(vendor.voices).toEqual([])
  })
})
