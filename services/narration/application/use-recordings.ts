import type { RecordedLine } from '../domain/recorded.ts'
import type { Ports, Recording } from './ports.ts'
import { retellNarration } from './retell-narration.ts'

/** Keeps a character's lines as somebody recorded them; a story that is told already is told anew with them. */
export const useRecordings =
  (ports: Ports) =>
  async (recording: Recording, lines: readonly Omit<RecordedLine, 'characterId' | 'speakerId'>[]): Promise<void> => {
    const { recordings, narrations } = ports
    const { storyId, ownerId, characterId, speakerId } = recording
    const fresh = lines.map((line) => ({ ...line, characterId, speakerId }))
    const others = (await recordings.of(storyId)).filter((line) => line.characterId !== characterId)
    recordings.replace(recording, fresh)
    const known = await narrations.ofStory(storyId)
    // One that was never told takes them when it is.
    if (known?.userId !== ownerId) return
    await retellNarration(ports)(ownerId, storyId, known, known.voiceMap, { lines: [...others, ...fresh] })
  }

const atOnce = 20
const first = '00000000-0000-0000-0000-000000000000'

/** Forgets what somebody recorded for the stories of others: they are told anew without it, or are not heard any more. */
export const forgetSpeaker =
  (ports: Ports) =>
  async (speakerId: string, signal: AbortSignal): Promise<void> => {
    const { recordings, narrations, speeches, studio, clock, apart, afterCommit, troubled } = ports
    const retell = (storyId: string, ownerId: string) =>
      apart('retell', async () => {
        const lines = (await recordings.of(storyId)).filter((line) => line.speakerId !== speakerId)
        recordings.forgetSpeaker(storyId, speakerId)
        const known = await narrations.ofStory(storyId)
        if (!known) return
        await retellNarration(ports)(ownerId, storyId, known, known.voiceMap, { lines })
        if (known.isRunning) return
        const before = known.silence('RECORDING_WITHDRAWN', clock.now())
        afterCommit(() => {
          studio.removeSound(before).catch((error: unknown) => troubled('old sound', known.id, error))
        })
      })
    for (let after = first; ; ) {
      const some = await recordings.storiesOf(speakerId, after, atOnce)
      for (const { storyId, ownerId } of some) {
        signal.throwIfAborted()
        await retell(storyId, ownerId)
        after = storyId
      }
      if (some.length < atOnce) break
    }
    await studio.removeSpeeches(await speeches.forgetSpeaker(speakerId))
  }
