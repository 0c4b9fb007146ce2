import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  NarrationFailedSchema,
  NarrationGeneratedSchema,
  NarrationRegeneratedSchema,
} from '#gen/troupe/narration/v1/narration_events_pb.ts'
import { NarrationService } from '#gen/troupe/narration/v1/narration_service_pb.ts'
import { PublishingOption } from '#gen/troupe/story/v1/publishing_pb.ts'
import { PublishingStartedSchema } from '#gen/troupe/story/v1/story_events_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { VideoJobStatus } from '#gen/troupe/videogen/v1/video_job_pb.ts'
import {
  VideoFailedSchema,
  VideoGeneratedSchema,
  VideoJobCancelledSchema,
} from '#gen/troupe/videogen/v1/videogen_events_pb.ts'
import { VideoGenService } from '#gen/troupe/videogen/v1/videogen_service_pb.ts'
import { advance, type ProcessInstance } from '#shared/application/process.ts'
import { type CommandOutput, cancelTimer, command, end, timer } from '#shared/application/process-output.ts'
import { answer, due, event, expired, given, refused, testTime } from '../../shared/tests/given.ts'
import { type PublishingState, publishingProcess } from '../application/publishing.process.ts'

const { validatePublishing, advancePublishing, completePublishing, abortPublishing } = StoryService.method
const { narrateStory, abandonNarration } = NarrationService.method
const { filmStory, abandonFilm } = VideoGenService.method

const publishingId = 'p1'
const { INCLUDED, LEFT_OUT, UNSPECIFIED } = PublishingOption
const about = { publishingId, storyId: 's1', storyVersion: 2, authorId: 'a1', contentHash: 'c1' }
const begun = (narration: PublishingOption = LEFT_OUT, film: PublishingOption = LEFT_OUT, allowPartial = false) =>
  event(PublishingStartedSchema, { ...about, narration, film, allowPartial })
const bare = begun()
const whole = begun(UNSPECIFIED, INCLUDED)

const fine = answer('validate', validatePublishing, { problems: [] })
const problems = answer('validate', validatePublishing, { problems: ['Too short.', 'Too rude.'] })
const told = answer('narrate', narrateStory, { narrationId: 'n1', completed: true })
const telling = answer('narrate', narrateStory, { narrationId: 'n1' })
const generated = event(NarrationGeneratedSchema, { publishingId })
const notTold = (reason: string) => event(NarrationFailedSchema, { publishingId, reason })
const filmed = answer('film', filmStory, { jobId: 'v1', status: VideoJobStatus.COMPLETED })
const filming = answer('film', filmStory, { jobId: 'v1', status: VideoJobStatus.QUEUED })
const made = event(VideoGeneratedSchema, { publishingId })
const notMade = (reason: string) => event(VideoFailedSchema, { publishingId, reason })
const cancelled = event(VideoJobCancelledSchema, { publishingId })
const completed = answer('complete', completePublishing, {})
const aborted = answer('abort', abortPublishing, {})
const unfilmed = answer('abandon film', abandonFilm, {})
const untold = answer('abandon narration', abandonNarration, {})

const patience = timer('patience', new Date(testTime.getTime() + 24 * 3600 * 1000))
const over = cancelTimer('patience')
const validate = command('validate', validatePublishing, { publishingId })
const { contentHash: _, authorId: userId, ...version } = about
const narrate = command('narrate', narrateStory, { ...version, userId })
const film = command('film', filmStory, { ...version, userId, contentHash: 'c1' })
const note = (made: { narrationId?: string; videoJobId?: string }) =>
  command('note', advancePublishing, { publishingId, ...made })
const complete = command('complete', completePublishing, { publishingId })
const lasting = { expiresInMs: 23 * 3600 * 1000 }
const abort = (reason: string) => command('abort', abortPublishing, { publishingId, reason }, lasting)
const untell = command('abandon narration', abandonNarration, { publishingId }, lasting)
const unfilm = command('abandon film', abandonFilm, { publishingId }, lasting)

const tooLong = 'Publishing took too long. Please publish again.'
const unchecked = 'The text could not be checked in time. Please publish again.'
const noFilm = 'Your subscription has no film left in this period.'

const refusals = [
  ['NOT_FOUND', 'PUBLISHING_NOT_FOUND', 'The story was deleted meanwhile.'],
  ['NOT_FOUND', 'STORY_NOT_FOUND', 'The story was deleted meanwhile.'],
  ['FAILED_PRECONDITION', 'STORY_ARCHIVED', 'The story was archived while it was being published.'],
  ['INTERNAL', '', 'Something went wrong on our side. Please publish again.'],
] as const

const process = publishingProcess

describe('the publishing process', () => {
  it('is found by the publication, by what is made for it as well', () => {
    for (const message of [bare, generated, notTold('CANCELLED'), made, notMade('NO_PROVIDER'), cancelled])
      expect(process.correlate(message)).toBe(publishingId)
    expect(process.correlate(event(NarrationGeneratedSchema, { publishingId: '' }))).toBeUndefined()
  })

  it('validates, then completes, then ends, where nothing is to be made', () => {
    given(process).when(bare).then([validate])
    given(process, bare).when(fine).then([over, complete])
    given(process, bare, fine).when(completed).then([end()])
    const before = event(PublishingStartedSchema, { publishingId, storyId: 's1', storyVersion: 2 })
    given(process, before).when(fine).then([over, complete])
  })

  it('narrates, then films, then completes, each told as it begins', () => {
    given(process, whole).when(fine).then([narrate, patience])
    given(process, whole, fine)
      .when(telling)
      .then([note({ narrationId: 'n1' })])
    given(process, whole, fine, telling).when(generated).then([film, patience])
    given(process, whole, fine, telling, generated)
      .when(filming)
      .then([note({ videoJobId: 'v1' })])
    given(process, whole, fine, telling, generated, filming).when(made).then([over, complete])
    given(process, begun(INCLUDED), fine)
      .when(event(NarrationRegeneratedSchema, { publishingId }))
      .then([over, complete])
    given(process, begun(LEFT_OUT, INCLUDED)).when(fine).then([film, patience])
  })

  it('does not wait for what is there already, and may hear that it is before the answer', () => {
    given(process, whole, fine).when(told).then([film, patience])
    given(process, whole, fine, told).when(filmed).then([over, complete])
    given(process, whole, fine, generated, telling).when(made).then([over, complete])
    given(process, whole, fine, generated).when(telling).then([])
  })

  it('waits for a narration that took the place of the one it waited for', () => {
    const again = command('narrate', narrateStory, { ...version, userId }, { delayMs: 2000 })
    given(process, whole, fine, telling).when(notTold('SUPERSEDED')).then([again])
    given(process, whole, fine, telling, notTold('SUPERSEDED')).when(told).then([film, patience])
  })

  it('publishes without a film where none is left, or where that will do', () => {
    const limit = refused('film', filmStory, 'RESOURCE_EXHAUSTED', 'LIMIT_REACHED')
    given(process, begun(), fine, told)
    given(process, begun(UNSPECIFIED, UNSPECIFIED), fine, told).when(limit).then([over, complete])
    given(process, whole, fine, told).when(limit).then([over, unfilm])
    for (const failure of [limit, notMade('NO_PROVIDER'), cancelled])
      given(process, begun(UNSPECIFIED, INCLUDED, true), fine, told)
        .when(failure)
        .then([over, complete])
  })

  it('undoes what it did in reverse, and tells the author last', () => {
    given(process, whole, fine, told).when(notMade('LIMIT_REACHED')).then([over, unfilm])
    given(process, whole, fine, told, notMade('LIMIT_REACHED')).when(unfilmed).then([untell])
    given(process, whole, fine, told, notMade('LIMIT_REACHED'), unfilmed)
      .when(untold)
      .then([abort(noFilm)])
    given(process, whole, fine, told, notMade('LIMIT_REACHED'), unfilmed, untold).when(aborted).then([end()])
    given(process, whole, fine).when(notTold('CANCELLED')).then([over, untell])
    given(process, whole, fine, notTold('CANCELLED'))
      .when(untold)
      .then([abort('The narration was cancelled.')])
    // What comes of the undo itself is not taken for its outcome.
    given(process, whole, fine, notTold('LIMIT_REACHED')).when(notTold('CANCELLED')).then([])
    given(process, whole, fine, notTold('LIMIT_REACHED')).when(telling).then([])
  })

  it('aborts with what stands against it', () => {
    given(process, bare)
      .when(problems)
      .then([over, abort('Too short. Too rude.')])
    given(process, bare, problems).when(aborted).then([end()])
    given(process, whole)
      .when(problems)
      .then([over, abort('Too short. Too rude.')])
  })

  it.each(refusals)('aborts when a step is refused with %s %s', (code, reason, text) => {
    given(process, bare)
      .when(refused('validate', validatePublishing, code, reason))
      .then([over, abort(text)])
    given(process, bare, fine)
      .when(refused('complete', completePublishing, code, reason))
      .then([over, abort(text)])
  })

  it('aborts a step that was not answered in time, and what takes a day', () => {
    given(process, bare)
      .when(expired('validate', validatePublishing))
      .then([over, abort(unchecked)])
    given(process, bare, fine)
      .when(expired('complete', completePublishing))
      .then([over, abort(tooLong)])
    given(process, whole, fine).when(expired('narrate', narrateStory)).then([over, untell])
    given(process, whole, fine, telling).when(due('patience')).then([over, untell])
    given(process, whole, fine, told).when(expired('film', filmStory)).then([over, unfilm])
    given(process, whole, fine, told, filming).when(due('patience')).then([over, unfilm])
  })

  it('ends when aborting is refused, because it was published after all', () => {
    const late = expired('complete', completePublishing)
    given(process, bare, fine, late)
      .when(refused('abort', abortPublishing, 'FAILED_PRECONDITION', 'PUBLISHING_DONE'))
      .then([end()])
  })

  it('does not give up an undo', () => {
    given(process, bare, problems)
      .when(expired('abort', abortPublishing))
      .then([abort('Too short. Too rude.')])
    given(process, whole, fine, told, cancelled).when(expired('abandon film', abandonFilm)).then([unfilm])
    given(process, whole, fine, notTold('CANCELLED'))
      .when(expired('abandon narration', abandonNarration))
      .then([untell])
  })

  it('takes no notice of what does not belong to a step, whatever came before', () => {
    const noted = [
      answer('note', advancePublishing, {}),
      refused('note', advancePublishing, 'FAILED_PRECONDITION', 'PUBLISHING_DONE'),
      expired('note', advancePublishing),
    ]
    for (const before of [[], [bare], [bare, fine], [whole, fine], [whole, fine, told], [bare, problems]])
      for (const message of noted)
        given(process, ...before)
          .when(message)
          .then([])
    const foreign = {
      validating: [completed, aborted, made, generated],
      completing: [fine, aborted, made, notTold('X')],
    }
    for (const message of foreign.validating) given(process, bare).when(message).then([])
    for (const message of foreign.completing) given(process, bare, fine).when(message).then([])
  })

  it('ends once, published or undone, in whatever order it all comes', () => {
    const messages = [fine, problems, told, telling, generated, notTold('CANCELLED'), notTold('SUPERSEDED'), filmed]
    const more = [
      filming,
      made,
      notMade('NO_PROVIDER'),
      cancelled,
      completed,
      aborted,
      unfilmed,
      untold,
      due('patience'),
    ]
    const starts = fc.constantFrom(bare, whole, begun(UNSPECIFIED, UNSPECIFIED), begun(INCLUDED, INCLUDED, true))
    const order = fc.array(fc.constantFrom(...messages, ...more), { maxLength: 25 })
    fc.assert(
      fc.property(starts, order, (start, all) => {
        let instance: ProcessInstance<PublishingState> | undefined
        const asked: string[] = []
        for (const message of [start, ...all]) {
          const step = advance(process, instance, message)
          if (!step) break
          instance = step.instance
          for (const output of step.outputs) if (output.kind === 'command') asked.push((output as CommandOutput).step)
        }
        // Nothing is begun any more once it is undone, and what is undone was asked for.
        const undone = asked.findIndex((step) => step.startsWith('a'))
        if (undone >= 0) expect(asked.slice(undone).every((step) => step.startsWith('a'))).toBe(true)
        if (asked.includes('abandon film')) expect(asked).toContain('film')
        if (asked.includes('abandon narration')) expect(asked).toContain('narrate')
        if (instance?.ended) expect(asked.includes('complete') || asked.includes('abort')).toBe(true)
        expect(asked.filter((step) => step === 'film').length).toBeLessThanOrEqual(1)
      }),
    )
  })
})
