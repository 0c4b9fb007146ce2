import { PublishingStartedSchema } from '#gen/troupe/story/v1/story_events_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import {
  defineProcess,
  isAnswer,
  isEvent,
  type ProcessMessage,
  stepwise,
  type Transition,
} from '#shared/application/process.ts'
import { command, end } from '#shared/application/process-output.ts'

const { validatePublishing, completePublishing, abortPublishing } = StoryService.method
const events = [PublishingStartedSchema] as const
const commands = [validatePublishing, completePublishing, abortPublishing] as const

type Message = ProcessMessage<typeof events, typeof commands>

export type PublishingState =
  | { at: 'new' }
  | { at: 'validating' | 'completing'; publishing: string }
  | { at: 'aborting'; publishing: string; reason: string }

type Step = Transition<PublishingState, (typeof commands)[number]>

// An undo is not given up: its key lives 24 hours, and after that there is a new one.
const undoMs = 23 * 60 * 60 * 1000

const goValidate = (publishing: string): Step => ({
  next: { at: 'validating', publishing },
  outputs: [command('validate', validatePublishing, { publishingId: publishing })],
})

const goComplete = (publishing: string): Step => ({
  next: { at: 'completing', publishing },
  outputs: [command('complete', completePublishing, { publishingId: publishing })],
})

const goAbort = (publishing: string, reason: string): Step => ({
  next: { at: 'aborting', publishing, reason },
  outputs: [command('abort', abortPublishing, { publishingId: publishing, reason }, { expiresInMs: undoMs })],
})

/** Why a step was refused, for the author. */
const refusalText = (reason: string): string => {
  if (reason === 'STORY_ARCHIVED') return 'The story was archived while it was being published.'
  if (reason === 'STORY_NOT_FOUND' || reason === 'PUBLISHING_NOT_FOUND') return 'The story was deleted meanwhile.'
  return 'Something went wrong on our side. Please publish again.'
}

const step = (state: PublishingState, message: Message): Step => {
  const stay: Step = { next: state, outputs: [] }
  const over: Step = { next: state, outputs: [end()] }
  switch (state.at) {
    case 'new':
      return isEvent(message, PublishingStartedSchema) ? goValidate(message.event.publishingId) : stay
    case 'validating':
      if (isAnswer(message, validatePublishing)) {
        const { problems } = message.response
        return problems.length === 0 ? goComplete(state.publishing) : goAbort(state.publishing, problems.join(' '))
      }
      if (message.kind === 'error') return goAbort(state.publishing, refusalText(message.reason))
      return message.kind === 'expired'
        ? goAbort(state.publishing, 'The text could not be checked in time. Please publish again.')
        : stay
    case 'completing':
      if (isAnswer(message, completePublishing)) return over
      if (message.kind === 'error') return goAbort(state.publishing, refusalText(message.reason))
      // It may have been done all the same; then aborting is refused, and it stays done.
      return message.kind === 'expired'
        ? goAbort(state.publishing, 'Publishing took too long. Please publish again.')
        : stay
    case 'aborting':
      if (isAnswer(message, abortPublishing) || message.kind === 'error') return over
      return message.kind === 'expired' ? goAbort(state.publishing, state.reason) : stay
  }
}

/** Publishes a story: checks the version it is about, then shows it to readers, or tells the author why not. */
export const publishingProcess = defineProcess({
  name: 'publishing',
  events,
  commands,
  initial: (): PublishingState => ({ at: 'new' }),
  correlate: (message) => message.event.publishingId,
  ...stepwise(step),
})
