import { file_troupe_story_v1_story_events as events } from '#gen/troupe/story/v1/story_events_pb.ts'
import { alreadyExists, precondition } from '#shared/domain/errors.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { defineContext } from '#shared/presentation/context.ts'
import { type StoryApp, storyApp } from './application/app.ts'
import { publishingProcess } from './application/publishing.process.ts'
import type { Analyzer } from './domain/analysis.ts'
import { analysisRepository } from './infrastructure/analyses.ts'
import { analysisReads } from './infrastructure/analysis-reads.ts'
import { chosenAnalyzer } from './infrastructure/analyzer.ts'
import { authorNames } from './infrastructure/authors.ts'
import { castRepository } from './infrastructure/casts.ts'
import { collaboratorNotes } from './infrastructure/collaborators.ts'
import { epubBinder } from './infrastructure/export/epub.ts'
import { pdfBinder } from './infrastructure/export/pdf.ts'
import { hashedText } from './infrastructure/hashed-text.ts'
import { invariants } from './infrastructure/invariants.ts'
import { makingProgress } from './infrastructure/making.ts'
import { migrations } from './infrastructure/migrations/migrations.ts'
import { ruleModerator } from './infrastructure/moderation.ts'
import { narrationNotes } from './infrastructure/narrations.ts'
import { publishingRepository } from './infrastructure/publishings.ts'
import { subscriptionQuota } from './infrastructure/quota.ts'
import { entities } from './infrastructure/schema.ts'
import { shareRepository } from './infrastructure/shares.ts'
import { storyRepository } from './infrastructure/stories.ts'
import { storyLists } from './infrastructure/story-lists.ts'
import { storyReads } from './infrastructure/story-reads.ts'
import { consumers } from './presentation/consumers.ts'
import { storyService } from './presentation/story-service.ts'

/** Puts story's parts together. */
export const assemble = (kernel: Kernel, analyzer: Analyzer): StoryApp =>
  storyApp({
    stories: storyRepository(kernel),
    publishings: publishingRepository(kernel),
    analyses: analysisRepository(kernel),
    casts: castRepository(kernel),
    shares: shareRepository(kernel),
    reads: storyReads(kernel),
    lists: storyLists(kernel),
    analysisReads: analysisReads(kernel),
    quota: subscriptionQuota(kernel),
    hashed: hashedText,
    moderator: ruleModerator(),
    analyzer,
    binders: { epub: epubBinder(), pdf: pdfBinder() },
    clock: kernel.clock,
    ids: { next: () => kernel.unit().next() },
    watch: (topic, signal, silenceMs) => kernel.changes.watch(topic, signal, silenceMs),
    doneOf: makingProgress(kernel),
    commit: (run) => kernel.write(uuidv7(), run),
    onLost: (error) => kernel.log.debug('analysis progress was not noted', { error }),
  })

/** Stories: written, analysed, published, shared and exported. */
export const story = defineContext({
  name: 'story',
  entities,
  migrations,
  events,
  constraints: {
    story_characters_name: () => alreadyExists('CHARACTER_EXISTS', 'the story has a character of this name'),
    publishings_running: () => precondition('PUBLISHING_RUNNING', 'the story is being published already'),
  },
  compose: async (kernel) => {
    const analyzer = await chosenAnalyzer(kernel)
    const app = assemble(kernel, analyzer)
    const authors = authorNames(kernel)
    const narrations = narrationNotes(kernel)
    return {
      routes: [storyService(app)],
      consumers: consumers(app, authors, narrations, collaboratorNotes(kernel)),
      processes: [publishingProcess],
      erase: async (userId, signal) => {
        await app.eraseAuthor(userId, signal)
        // The projection forgets the name as well, maybe later than it is reported here.
        authors.forget(userId)
        narrations.forget(userId)
        return ['stories', 'name as an author']
      },
      invariants,
      stop: async () => analyzer.close?.(),
    }
  },
})
