import { describe, expect, it } from 'vitest'
import { PublishingStartedSchema } from '#gen/troupe/story/v1/story_events_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { command, end } from '#shared/application/process-output.ts'
import { answer, event, expired, given, refused } from '../../shared/tests/given.ts'
import { publishingProcess } from '../application/publishing.process.ts'

const { validatePublishing, completePublishing, abortPublishing } = StoryService.method

const publishingId = 'p1'
const started = event(PublishingStartedSchema, { publishingId, storyId: 's1', storyVersion: 2 })
const fine = answer('validate', validatePublishing, { problems: [] })
const problems = answer('validate', validatePublishing, { problems: ['Too short.', 'Too rude.'] })
const completed = answer('complete', completePublishing, {})
const aborted = answer('abort', abortPublishing, {})

const validate = command('validate', validatePublishing, { publishingId })
const complete = command('complete', completePublishing, { publishingId })
const abort = (reason: string) =>
  command('abort', abortPublishing, { publishingId, reason }, { expiresInMs: 23 * 3600 * 1000 })

const deleted = 'The story was deleted meanwhile.'
const archived = 'The story was archived while it was being published.'
const ours = 'Something went wrong on our side. Please publish again.'
const unchecked = 'The text could not be checked in time. Please publish again.'
const tooLong = 'Publishing took too long. Please publish again.'

const refusals = [
  ['NOT_FOUND', 'PUBLISHING_NOT_FOUND', deleted],
  ['NOT_FOUND', 'STORY_NOT_FOUND', deleted],
  ['FAILED_PRECONDITION', 'STORY_ARCHIVED', archived],
  ['INTERNAL', '', ours],
] as const

describe('the publishing process', () => {
  it('is found by the publication', () => {
    expect(publishingProcess.correlate(started)).toBe(publishingId)
  })

  it('validates, then completes, then ends', () => {
    given(publishingProcess).when(started).then([validate])
    given(publishingProcess, started).when(fine).then([complete])
    given(publishingProcess, started, fine).when(completed).then([end()])
  })

  it('aborts with what stands against it', () => {
    given(publishingProcess, started)
      .when(problems)
      .then([abort('Too short. Too rude.')])
    given(publishingProcess, started, problems).when(aborted).then([end()])
  })

  it.each(refusals)('aborts when a step is refused with %s %s', (code, reason, text) => {
    given(publishingProcess, started)
      .when(refused('validate', validatePublishing, code, reason))
      .then([abort(text)])
    given(publishingProcess, started, fine)
      .when(refused('complete', completePublishing, code, reason))
      .then([abort(text)])
  })

  it('aborts a step that was not answered in time', () => {
    given(publishingProcess, started)
      .when(expired('validate', validatePublishing))
      .then([abort(unchecked)])
    given(publishingProcess, started, fine)
      .when(expired('complete', completePublishing))
      .then([abort(tooLong)])
  })

  it('ends when aborting is refused, because it was published after all', () => {
    const late = expired('complete', completePublishing)
    given(publishingProcess, started, fine, late)
      .when(refused('abort', abortPublishing, 'FAILED_PRECONDITION', 'PUBLISHING_DONE'))
      .then([end()])
  })

  it('does not give up aborting', () => {
    const late = expired('abort', abortPublishing)
    given(publishingProcess, started, problems)
      .when(late)
      .then([abort('Too short. Too rude.')])
    given(publishingProcess, started, problems, late)
      .when(late)
      .then([abort('Too short. Too rude.')])
  })

  it.each([
    ['nothing', []],
    ['validating', [started]],
    ['completing', [started, fine]],
    ['aborting', [started, problems]],
    ['its end', [started, fine, completed]],
  ] as const)('takes no notice of what does not belong to %s', (_, before) => {
    const foreign = [started, fine, completed, aborted].filter((message) => {
      if (before.length === 0) return message !== started
      const awaited = { 1: fine, 2: before[1] === fine ? completed : aborted }[before.length as 1 | 2]
      return message !== awaited
    })
    for (const message of foreign)
      given(publishingProcess, ...before)
        .when(message)
        .then([])
  })
})
