import { basename } from 'node:path'
import { AnalysisStatus } from '#gen/troupe/story/v1/analysis_pb.ts'
import { PublishingOption, PublishingStatus } from '#gen/troupe/story/v1/publishing_pb.ts'
import { StoryStatus } from '#gen/troupe/story/v1/story_pb.ts'
import { SetupError } from '../setup-error.ts'
import { table } from '../table.ts'
import type { Draft } from './drafts.ts'
import type { Failures } from './failures.ts'
import { followStory } from './follow.ts'
import type { Progress } from './progress.ts'
import type { Screen } from './screen.ts'
import { type Author, tracedCall } from './session.ts'
import { limitText, upgrade } from './tier.ts'

interface Tools {
  readonly screen: Screen
  readonly failures: Failures
}

/** A story of the demo, on its way. */
export interface Work {
  readonly title: string
  readonly storyId: string
  /** By the rpc that was called for it, in order. */
  readonly correlationIds: Map<string, string>
}

const countWords = (text: string): number => text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0

/** Makes a call; where a limit of the tier is used up, takes the next tier and makes it again. */
export const withinTier = async <T>(screen: Screen, author: Author, call: () => Promise<T>): Promise<T> => {
  try {
    return await call()
  } catch (error) {
    const limit = limitText(error)
    if (limit === undefined) throw error
    screen.say(`  ${limit}`)
    await upgrade(screen, author)
    return call()
  }
}

/** Creates a story of each draft; answers those that could be created. */
export const create = async (
  { screen, failures }: Tools,
  author: Author,
  drafts: readonly Draft[],
): Promise<Work[]> => {
  const rows: (string | number)[][] = []
  const works: Work[] = []
  for (const { source, title, language, content } of drafts) {
    const call = tracedCall()
    await failures.attempt(`CreateStory (${basename(source)})`, async () => {
      const draft = { title, language, content }
      const { story } = await withinTier(screen, author, () => author.stories.createStory(draft, call.options))
      if (!story) throw new Error('CreateStory answered without a story')
      works.push({ title, storyId: story.id, correlationIds: new Map([['CreateStory', call.correlationId()]]) })
      rows.push([title, language, countWords(content), story.id])
    })
  }
  if (works.length === 0) return works
  for (const line of table(['title', 'language', 'words', 'id'], rows, screen.width - 2)) screen.say(`  ${line}`)
  return works
}

/** Does the same for all at the same time, with a line for each; answers those that succeeded. */
const onBoard = async (
  { screen, failures }: Tools,
  rpc: string,
  works: readonly Work[],
  run: (
    work: Work,
    show: (progress: Progress) => void,
    options: ReturnType<typeof tracedCall>['options'],
  ) => Promise<void>,
): Promise<Work[]> => {
  const board = screen.board(works.map(({ title }) => title))
  const results = await Promise.all(
    works.map(async (work, index) => {
      const call = tracedCall()
      let at: Progress = { fraction: 0, stage: 'waiting' }
      const show = (progress: Progress) => {
        at = progress
        board.update(index, progress)
      }
      try {
        await run(work, show, call.options)
        return { work }
      } catch (error) {
        show({ ...at, stage: 'failed' })
        return { error, title: work.title }
      } finally {
        if (call.correlationId()) work.correlationIds.set(rpc, call.correlationId())
      }
    }),
  )
  board.close()
  return results.flatMap((result) => {
    if ('work' in result) return [result.work]
    failures.report(`${rpc} (${result.title})`, result.error)
    return []
  })
}

/** Analyses the stories and follows them until ANALYZED. */
export const analyse = (tools: Tools, { stories }: Author, works: readonly Work[]): Promise<Work[]> =>
  onBoard(tools, 'AnalyzeStory', works, async ({ storyId }, show, options) => {
    await stories.analyzeStory({ storyId }, options)
    await followStory(stories, storyId, ({ status, analysis }) => {
      if (analysis?.status === AnalysisStatus.FAILED)
        throw new SetupError(`the analysis failed: ${analysis.failureReason}`)
      if (status === StoryStatus.ANALYZED) return true
      show({ fraction: analysis?.progress ?? 0, stage: analysis?.stage || 'waiting' })
      return undefined
    })
    show({ fraction: 1, stage: 'analyzed' })
  })

/** Publishes the stories and follows them until PUBLISHED. */
export const publish = (tools: Tools, { stories }: Author, works: readonly Work[]): Promise<Work[]> =>
  onBoard(tools, 'PublishStory', works, async ({ storyId }, show, options) => {
    // The tales are long: what is narrated and filmed has a story of its own.
    const { LEFT_OUT } = PublishingOption
    const started = await stories.publishStory({ storyId, narration: LEFT_OUT, film: LEFT_OUT }, options)
    await followStory(stories, storyId, ({ publishing }) => {
      if (publishing?.id !== started.publishing?.id) return undefined
      if (publishing?.status === PublishingStatus.FAILED) {
        throw new SetupError(`it was not published: ${publishing.failureReason}`)
      }
      if (publishing?.status === PublishingStatus.PUBLISHED) return true
      show({ fraction: 0.5, stage: 'validating' })
      return undefined
    })
    show({ fraction: 1, stage: 'published' })
  })
