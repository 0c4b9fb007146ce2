import { join } from 'node:path'
import { NarrationService } from '#gen/troupe/narration/v1/narration_service_pb.ts'
import { PublishingOption, PublishingStatus } from '#gen/troupe/story/v1/publishing_pb.ts'
import { VideoGenService } from '#gen/troupe/videogen/v1/videogen_service_pb.ts'
import { SetupError } from '../setup-error.ts'
import { contactSheet } from './contact-sheet.ts'
import { download } from './download.ts'
import { exportBook } from './export-book.ts'
import { followStory } from './follow.ts'
import { castFriends } from './friends.ts'
import type { Stage } from './run.ts'
import { type Author, tracedCall } from './session.ts'
import { speaking } from './speaking.ts'
import { analyse, create, type Work, withinTier } from './works.ts'

/** Short, since a film takes about half as long to make as to see. */
const story = {
  source: 'the-lamp-in-the-harbour.en.txt',
  title: 'The Lamp in the Harbour',
  language: 'en',
  content: `Every night Mara lit the lamp above the harbour, and every night Tobias rowed home by its light.

One evening the storm blew the lamp out.

“The lamp is out!” cried Mara. “Tobias will never find the harbour.”

She took the great bell from its hook and rang it until her arms were sore.

Far out on the dark sea, Tobias lifted his head. “That is no lamp,” said Tobias, “but I know that bell.”

He turned the boat and rowed towards the sound, and soon his oars knocked against the quay.

“You rowed by your ears!” laughed Mara.

“And you shone with a bell,” said Tobias. They lit the lamp together, and nobody in the harbour was afraid that night.`,
}

const stages: Partial<Record<PublishingStatus, string>> = {
  [PublishingStatus.VALIDATING]: 'validating',
  [PublishingStatus.NARRATING]: 'narrating',
  [PublishingStatus.FILMING]: 'filming',
}

const publishWhole = async ({ screen }: Stage, { stories }: Author, { storyId, title, correlationIds }: Work) => {
  const board = screen.board([title])
  const { INCLUDED } = PublishingOption
  const call = tracedCall()
  try {
    await stories.publishStory({ storyId, narration: INCLUDED, film: INCLUDED }, call.options)
    correlationIds.set('PublishStory', call.correlationId())
    return await followStory(stories, storyId, ({ publishing }) => {
      if (publishing?.status === PublishingStatus.FAILED)
        throw new SetupError(`it was not published: ${publishing.failureReason}`)
      const isDone = publishing?.status === PublishingStatus.PUBLISHED
      const stage = isDone ? 'published' : (publishing && stages[publishing.status]) || 'waiting'
      board.update(0, { fraction: (publishing?.percent ?? 0) / 100, stage })
      return isDone ? publishing : undefined
    })
  } finally {
    board.close()
  }
}

/** A story that friends speak, narrated and filmed as it is published; answers the story. */
export const makeInStudio = async (stage: Stage, host: Author): Promise<Work> => {
  const { screen, dataDir, gateway } = stage
  const [work] = await create(stage, host, [story])
  if (!work) throw new SetupError('there is no story to record')
  await analyse(stage, host, [work])
  const programs = await speaking(dataDir, screen.say, gateway.signal)
  await withinTier(screen, host, () => castFriends({ ...stage, programs }, host, work.storyId))

  const { narrationId, videoJobId } = await publishWhole(stage, host, work)
  const folder = join(dataDir, 'demo')
  const { narration } = await host.clientOf(NarrationService).getNarration({ narrationId })
  const { job } = await host.clientOf(VideoGenService).getVideoJob({ jobId: videoJobId })
  const [sound, film, sheet] = ['mp3', 'mp4', 'png'].map((kind) => join(folder, `the-lamp-in-the-harbour.${kind}`)) as [
    string,
    string,
    string,
  ]
  const mp3Url = new URL(narration?.audio?.mp3Url ?? '', gateway.url).href
  const mp4Url = new URL(job?.video?.url ?? '', gateway.url).href
  const bytes = (count: number) => `${count.toLocaleString('en')} bytes`
  const seconds = (ms = 0) => `${(ms / 1000).toFixed(1)} s`
  screen.say(`  ${sound}  ${bytes(await download(mp3Url, sound))}, ${seconds(narration?.audio?.durationMs)}`)
  screen.say(`    ${mp3Url}`)
  screen.say(`  ${film}  ${bytes(await download(mp4Url, film))}, ${seconds(job?.video?.durationMs)}`)
  screen.say(`    ${mp4Url}`)
  const book = join(folder, 'the-lamp-in-the-harbour.epub')
  screen.say(`  ${book}  ${bytes(await exportBook(host.stories, work.storyId, book))}`)
  await contactSheet(programs, film, sheet)
  screen.say(`  ${sheet}`)
  return work
}
