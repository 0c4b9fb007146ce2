import {
  NarrationFailedSchema,
  NarrationGeneratedSchema,
  NarrationRegeneratedSchema,
} from '#gen/troupe/narration/v1/narration_events_pb.ts'
import { NarrationService } from '#gen/troupe/narration/v1/narration_service_pb.ts'
import { PublishingStartedSchema } from '#gen/troupe/story/v1/story_events_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { VideoJobStatus } from '#gen/troupe/videogen/v1/video_job_pb.ts'
import {
  VideoFailedSchema,
  VideoGeneratedSchema,
  VideoJobCancelledSchema,
} from '#gen/troupe/videogen/v1/videogen_events_pb.ts'
import { VideoGenService } from '#gen/troupe/videogen/v1/videogen_service_pb.ts'
import {
  defineProcess,
  isAnswer,
  isEvent,
  type ProcessMessage,
  stepwise,
  type Transition,
} from '#shared/application/process.ts'
import { cancelTimer, command, end, timer } from '#shared/application/process-output.ts'
import { type Plan, planOf } from './publishing-plan.ts'
import { filmText, narrationText, refusalText, texts } from './publishing-texts.ts'

const { validatePublishing, advancePublishing, completePublishing, abortPublishing } = StoryService.method
const { narrateStory, abandonNarration } = NarrationService.method
const { filmStory, abandonFilm } = VideoGenService.method
const events = [
  PublishingStartedSchema,
  NarrationGeneratedSchema,
  NarrationRegeneratedSchema,
  NarrationFailedSchema,
  VideoGeneratedSchema,
  VideoFailedSchema,
  VideoJobCancelledSchema,
] as const
const undos = [abandonFilm, abandonNarration, abortPublishing] as const
const commands = [validatePublishing, advancePublishing, narrateStory, filmStory, completePublishing, ...undos] as const

type Message = ProcessMessage<typeof events, typeof commands>

/** What is undone, one after the other; telling the author comes last. */
type Undo = 'film' | 'narration' | 'story'

export type PublishingState =
  | { at: 'new' }
  // Publications that began before stories were narrated for them have no plan.
  | { at: 'validating' | 'narrating' | 'filming' | 'completing'; publishing: string; plan?: Plan }
  | { at: 'aborting'; publishing: string; reason: string; left?: Undo[] }

type Step = Transition<PublishingState, (typeof commands)[number]>
type Under = Extract<PublishingState, { plan?: Plan }>
type Aborting = Extract<PublishingState, { at: 'aborting' }>

// An undo is not given up: its key lives 24 hours, and after that there is a new one.
const undoMs = 23 * 60 * 60 * 1000
/** A long book is narrated, or filmed, within it. */
const patienceMs = 24 * 60 * 60 * 1000
const againMs = 2000

const patience = (at: Date) => timer('patience', new Date(at.getTime() + patienceMs))

const goComplete = ({ publishing, plan }: Under): Step => ({
  next: { at: 'completing', publishing, ...(plan ? { plan } : {}) },
  outputs: [cancelTimer('patience'), command('complete', completePublishing, { publishingId: publishing })],
})

const undo = ({ publishing, reason, left = ['story'] }: Aborting) => {
  const options = { expiresInMs: undoMs }
  if (left[0] === 'film') return command('abandon film', abandonFilm, { publishingId: publishing }, options)
  if (left[0] === 'narration')
    return command('abandon narration', abandonNarration, { publishingId: publishing }, options)
  return command('abort', abortPublishing, { publishingId: publishing, reason }, options)
}

const goAbort = ({ at, publishing, plan }: Under, reason: string): Step => {
  const film: Undo[] = plan && plan.film !== 'no' && (at === 'filming' || at === 'completing') ? ['film'] : []
  const narration: Undo[] = plan?.narrate && at !== 'validating' ? ['narration'] : []
  const next: Aborting = { at: 'aborting', publishing, reason, left: [...film, ...narration, 'story'] }
  return { next, outputs: [cancelTimer('patience'), undo(next)] }
}

const narrate = (publishing: string, { story: storyId, author: userId, version: storyVersion }: Plan, delayMs = 0) =>
  command('narrate', narrateStory, { publishingId: publishing, storyId, userId, storyVersion }, { delayMs })

const goFilm = (state: Under, now: Date): Step => {
  const { publishing, plan } = state
  if (!plan || plan.film === 'no') return goComplete(state)
  const { story: storyId, author: userId, version: storyVersion, contentHash } = plan
  const about = { publishingId: publishing, storyId, userId, storyVersion, contentHash }
  return { next: { at: 'filming', publishing, plan }, outputs: [command('film', filmStory, about), patience(now)] }
}

const goNarrate = (state: Under, now: Date): Step => {
  const { publishing, plan } = state
  if (!plan?.narrate) return goFilm(state, now)
  return { next: { at: 'narrating', publishing, plan }, outputs: [narrate(publishing, plan), patience(now)] }
}

/** Publishes without the film where that will do. */
const withoutFilm = (state: Under, reason: string): Step =>
  state.plan?.partial || (reason === 'LIMIT_REACHED' && state.plan?.film === 'if-left')
    ? goComplete(state)
    : goAbort(state, filmText(reason))

const narrating = (state: Under, message: Message, stay: Step): Step => {
  const { publishing, plan } = state
  if (isAnswer(message, narrateStory)) {
    if (message.response.completed) return goFilm(state, message.at)
    const { narrationId } = message.response
    return { ...stay, outputs: [command('note', advancePublishing, { publishingId: publishing, narrationId })] }
  }
  if (isEvent(message, NarrationGeneratedSchema) || isEvent(message, NarrationRegeneratedSchema))
    return goFilm(state, message.at)
  if (message.kind === 'event' && message.event.$typeName === 'troupe.narration.v1.NarrationFailed') {
    // It is told in another way by now: that one is waited for as well.
    if (message.event.reason === 'SUPERSEDED' && plan) return { ...stay, outputs: [narrate(publishing, plan, againMs)] }
    return goAbort(state, narrationText(message.event.reason))
  }
  if (message.kind === 'error') return goAbort(state, narrationText(message.reason))
  return message.kind === 'expired' || message.kind === 'timer' ? goAbort(state, texts.tooLong) : stay
}

const filming = (state: Under, message: Message, stay: Step): Step => {
  if (isAnswer(message, filmStory)) {
    const { jobId: videoJobId, status } = message.response
    if (status === VideoJobStatus.COMPLETED) return goComplete(state)
    return { ...stay, outputs: [command('note', advancePublishing, { publishingId: state.publishing, videoJobId })] }
  }
  if (isEvent(message, VideoGeneratedSchema)) return goComplete(state)
  if (isEvent(message, VideoJobCancelledSchema)) return withoutFilm(state, 'CANCELLED')
  if (message.kind === 'event' && message.event.$typeName === 'troupe.videogen.v1.VideoFailed')
    return withoutFilm(state, message.event.reason)
  if (message.kind === 'error') return withoutFilm(state, message.reason)
  return message.kind === 'expired' || message.kind === 'timer' ? goAbort(state, texts.tooLong) : stay
}

/** The command whose outcome is waited for. */
const awaited = (state: PublishingState): string => {
  const steps = { new: '', validating: 'validate', narrating: 'narrate', filming: 'film', completing: 'complete' }
  return state.at === 'aborting' ? undo(state).step : steps[state.at]
}

const step = (state: PublishingState, message: Message): Step => {
  const stay: Step = { next: state, outputs: [] }
  const over: Step = { next: state, outputs: [end()] }
  // What is noted for those who follow decides nothing, nor does what was asked for before.
  if ('step' in message && message.step !== awaited(state)) return stay
  switch (state.at) {
    case 'new': {
      if (!isEvent(message, PublishingStartedSchema)) return stay
      const { publishingId: publishing } = message.event
      const plan = planOf(message.event)
      const outputs = [command('validate', validatePublishing, { publishingId: publishing })]
      return { next: { at: 'validating', publishing, ...(plan ? { plan } : {}) }, outputs }
    }
    case 'validating':
      if (isAnswer(message, validatePublishing)) {
        const { problems } = message.response
        return problems.length === 0 ? goNarrate(state, message.at) : goAbort(state, problems.join(' '))
      }
      if (message.kind === 'error') return goAbort(state, refusalText(message.reason))
      return message.kind === 'expired' ? goAbort(state, texts.unchecked) : stay
    case 'narrating':
      return narrating(state, message, stay)
    case 'filming':
      return filming(state, message, stay)
    case 'completing':
      if (isAnswer(message, completePublishing)) return over
      if (message.kind === 'error') return goAbort(state, refusalText(message.reason))
      // It may have been done all the same; then aborting is refused, and it stays done.
      return message.kind === 'expired' ? goAbort(state, texts.tooLong) : stay
    case 'aborting': {
      if (message.kind === 'expired') return { next: state, outputs: [undo(state)] }
      if (message.kind !== 'answer' && message.kind !== 'error') return stay
      const [, ...left] = state.left ?? ['story']
      if (left.length === 0) return over
      const next: Aborting = { ...state, left }
      return { next, outputs: [undo(next)] }
    }
  }
}

/** Publishes a story: checks, narrates and films the version it is about, then shows it to readers, or tells the author why not. */
export const publishingProcess = defineProcess({
  name: 'publishing',
  events,
  commands,
  initial: (): PublishingState => ({ at: 'new' }),
  correlate: (message) => message.event.publishingId || undefined,
  ...stepwise(step),
})
