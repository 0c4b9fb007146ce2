import { createClient } from '@connectrpc/connect'
import { beforeAll, describe, expect, it } from 'vitest'
import { NarrationSegmentStatus, NarrationStage, NarrationStatus } from '#gen/troupe/narration/v1/narration_pb.ts'
import { NarrationService } from '#gen/troupe/narration/v1/narration_service_pb.ts'
import { VoiceEmotion, VoiceProvider, VoiceStatus } from '#gen/troupe/narration/v1/voice_pb.ts'
import { PublishingOption } from '#gen/troupe/story/v1/publishing_pb.ts'
import { StoryStatus, StoryVisibility } from '#gen/troupe/story/v1/story_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { eventually, outcomeOf, type TestUser, testMesh } from '../../../tests/mesh.ts'
import { recording } from '../../../tests/security/recipes/narration-scenes.ts'
import { programsInstalled } from '../../shared/tests/installed-programs.ts'

const mesh = testMesh()
const voicesOf = (user: TestUser) => createClient(NarrationService, user.transport)
const storiesOf = (user: TestUser) => createClient(StoryService, user.transport)

const content = `A girl called Greta lived at the mill by the river with her two brothers.\n\n“Where are you going?” asked Greta.\n\nNobody knew.`

let ann: TestUser

beforeAll(async () => {
  await programsInstalled()
  ann = await mesh.newAuthor('Ann Author')
})

const analysed = async (storyId: string) => {
  await storiesOf(ann).analyzeStory({ storyId })
  await eventually(async () => (await storiesOf(ann).getStory({ storyId })).story?.status === StoryStatus.ANALYZED)
}

describe('a story', () => {
  it('is told with the voice that was chosen, followed to its end, heard in part, and out of date once it changes', async () => {
    const { story } = await storiesOf(ann).createStory({
      title: 'The Mill',
      content,
      visibility: StoryVisibility.PUBLIC,
    })
    const storyId = story?.id ?? ''
    const generate = (narratorVoiceId: string) =>
      voicesOf(ann).generateNarration({ storyId, voiceMap: { narratorVoiceId } })
    const { voice } = await voicesOf(ann).createVoice({
      name: 'Reader',
      provider: VoiceProvider.EMBEDDED,
      stockVoice: 'f2',
      rate: 1.2,
    })
    const voiceId = voice?.id ?? ''
    expect(await outcomeOf(generate(voiceId))).toBe('FailedPrecondition STORY_NOT_ANALYZED')
    await analysed(storyId)
    const { narration: asked } = await generate(voiceId)
    const narrationId = asked?.id ?? ''
    const seen: { status: NarrationStatus; done: number; percent: number }[] = []
    for await (const { heartbeat, status, progress } of voicesOf(ann).watchNarration({ narrationId })) {
      if (heartbeat) continue
      seen.push({ status, done: progress?.segmentsDone ?? 0, percent: progress?.percent ?? 0 })
      if (status === NarrationStatus.COMPLETED || status === NarrationStatus.FAILED) break
    }
    expect(seen.at(-1)).toMatchObject({ status: NarrationStatus.COMPLETED, percent: 100 })
    expect(seen.map(({ percent }) => percent)).toEqual(seen.map(({ percent }) => percent).toSorted((a, b) => a - b))
    const { narration, segments } = await voicesOf(ann).getNarration({ narrationId })
    expect(narration?.progress).toMatchObject({ segmentsDone: segments.length, stage: NarrationStage.DONE })
    expect(segments.every(({ status }) => status === NarrationSegmentStatus.DONE)).toBe(true)
    expect(segments.map(({ characterId }) => characterId !== '')).toContain(true)
    const url = new URL(narration?.audio?.mp3Url ?? '', mesh.url)
    const part = await fetch(url, { headers: { range: 'bytes=0-99' } })
    expect([part.status, (await part.arrayBuffer()).byteLength]).toEqual([206, 100])
    expect(part.headers.get('content-type')).toBe('audio/mpeg')

    const reader = await mesh.newUser()
    const hear = () => voicesOf(reader).getNarration({ narrationId })
    expect(await outcomeOf(hear())).toBe('NotFound NARRATION_NOT_FOUND')
    await storiesOf(ann).publishStory({ storyId, film: PublishingOption.LEFT_OUT })
    const heard = await eventually(async () => ((await outcomeOf(hear())) === 'in' ? hear() : undefined))
    expect(heard.narration).toMatchObject({ status: NarrationStatus.COMPLETED, contentHash: narration?.contentHash })
    expect([heard.narration?.voiceMap, heard.segments.length]).toEqual([undefined, segments.length])
    const opus = await fetch(new URL(heard.narration?.audio?.opusUrl ?? '', mesh.url), {
      headers: { range: 'bytes=0-9' },
    })
    expect(opus.status).toBe(206)
    await eventually(async () => (await storiesOf(reader).getStory({ storyId })).story?.narrationId === narrationId)

    const told = { storyId, expectedVersion: 1, content: content.replace('Nobody', 'Everybody') }
    await storiesOf(ann).updateStory(told)
    await eventually(async () => (await voicesOf(ann).getNarration({ narrationId })).narration?.stale)
    const changed = (await voicesOf(ann).getNarration({ narrationId })).segments.filter(({ stale }) => stale)
    expect(changed.map(({ text }) => text)).toEqual(['Nobody knew.'])
    await voicesOf(ann).setNarrationSettings({ narrateWhenAnalyzed: true })
    await analysed(storyId)
    await eventually(async () => {
      const { narration: now } = await voicesOf(ann).getNarration({ narrationId })
      return now?.storyVersion === 2 && now.status === NarrationStatus.COMPLETED
    }, 30_000)
    await voicesOf(ann).setNarrationSettings({})
  })
})

describe('a voice', () => {
  it('takes recordings in pieces, and refuses what is none', async () => {
    const { voice } = await voicesOf(ann).createVoice({ name: 'Ann' })
    const voiceId = voice?.id ?? ''
    const upload = (bytes: Uint8Array) =>
      voicesOf(ann).uploadVoiceSample(
        (async function* () {
          yield { voiceId, emotion: VoiceEmotion.JOY, text: 'as said' }
          for (let at = 0; at < bytes.length; at += 20_000) yield { data: bytes.subarray(at, at + 20_000) }
        })(),
      )
    const { sample, sampleCount } = await upload(recording())
    expect(sampleCount).toBe(1)
    expect(sample?.measured?.pitchHz).toBeCloseTo(150, 0)
    expect(await outcomeOf(upload(Buffer.from('no sound at all, but long enough')))).toBe(
      'InvalidArgument SAMPLE_FORMAT',
    )
    const heard = await fetch(new URL(sample?.url ?? '', mesh.url))
    expect(heard.headers.get('content-type')).toBe('audio/wav')
    const shown = await voicesOf(ann).getVoice({ voiceId })
    expect(shown.voice).toMatchObject({ status: VoiceStatus.COLLECTING, samples: [{ id: sample?.id, locked: false }] })
    expect(await outcomeOf(voicesOf(ann).trainVoice({ voiceId }))).toBe('FailedPrecondition TOO_FEW_SAMPLES')
  })
})
