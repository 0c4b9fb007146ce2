import type { Ports } from './ports.ts'
import { forgetSpeaker } from './use-recordings.ts'

const atOnce = 50
const what = [
  'voices and their samples',
  'narrations and all their sound',
  'what was recorded for others',
  'pronunciations',
  'settings',
]

/** Erases all that is a person's, some at a time. Run again, it goes on where it stopped. */
export const erasePerson =
  (ports: Ports) =>
  async (userId: string, signal: AbortSignal): Promise<string[]> => {
    const {
      voices,
      narrations,
      speeches,
      lexicons,
      settings,
      recordings,
      people,
      engines,
      studio,
      work,
      clock,
      apart,
    } = ports
    await people.leave(userId)
    await forgetSpeaker(ports)(userId, signal)
    const eraseVoices = async (): Promise<number> => {
      const some = await voices.ofUser(userId, atOnce)
      for (const voice of some) {
        voice.failTraining('ERASED')
        if (voice.clonedAs !== '') await engines.get(voice.provider).removeClone?.(voice.clonedAs, signal)
        voice.delete()
        work.end(voice.id)
        voices.remove(voice)
      }
      return some.length
    }
    const eraseNarrations = async (): Promise<number> => {
      const some = await narrations.ofUser(userId, atOnce)
      for (const narration of some) {
        narration.fail(narration.runId, 'ERASED', await speeches.spent(narration.runId), clock.now())
        work.end(narration.id)
        narrations.remove(narration)
      }
      return some.length
    }
    for (const each of [eraseVoices, eraseNarrations])
      while ((await apart('erase', each)) === atOnce) signal.throwIfAborted()
    await apart('erase', async () => {
      lexicons.forget(userId)
      settings.forget(userId)
      speeches.forget(userId)
      recordings.forgetOwner(userId)
    })
    await studio.erase(userId)
    return what
  }
