import { createClient } from '@connectrpc/connect'
import { CollaborationService, Verdict } from '#gen/troupe/collaboration/v1/collaboration_service_pb.ts'
import { NarrationService } from '#gen/troupe/narration/v1/narration_service_pb.ts'
import { type Publishing, PublishingOption, PublishingStatus } from '#gen/troupe/story/v1/publishing_pb.ts'
import { StoryStatus } from '#gen/troupe/story/v1/story_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { VideoGenService } from '#gen/troupe/videogen/v1/videogen_service_pb.ts'
import { callMs, newCredentials, Person, type PersonOptions } from '../person.ts'
import { Friend } from './friend.ts'
import type { StudioJournal } from './studio-journal.ts'

const names = ['Greta', 'Clara', 'Emma', 'Hannah', 'Martha', 'Nora']
const places = ['mill', 'harbour', 'forest', 'castle', 'well', 'tower']
const films = {
  usual: PublishingOption.UNSPECIFIED,
  included: PublishingOption.INCLUDED,
  'left-out': PublishingOption.LEFT_OUT,
}

interface Options extends PersonOptions {
  journal: StudioJournal
  giveTier: (userId: string) => Promise<void>
  /** Nothing more is to be begun. */
  stopping: AbortSignal
}

/** Who writes short stories and publishes them with sound and film; sometimes a friend speaks one. */
export class Publisher extends Person {
  // Where nobody can tell whether they were answered before, they may ask again too late.
  protected readonly expected = new Set([
    ...['PUBLISHING_RUNNING', 'STORY_ALREADY_PUBLISHED', 'CONTRIBUTION_REVIEWED'],
    ...['NARRATION_NOT_RUNNING', 'VIDEO_JOB_NOT_RUNNING'],
  ])
  private readonly stories = createClient(StoryService, this.transport)
  private readonly sessions = createClient(CollaborationService, this.transport)
  private readonly narrations = createClient(NarrationService, this.transport)
  private readonly films = createClient(VideoGenService, this.transport)
  private readonly options: Options
  private userId = ''

  constructor(options: Options) {
    super(options, newCredentials())
    this.options = options
  }

  /** Opens an account with a tier of all that there is. False when that was not answered. */
  async begin(): Promise<boolean> {
    const account = await this.register('Publisher')
    if (!account) return false
    this.userId = account.id
    while (!this.options.signal.aborted) {
      try {
        await this.options.giveTier(account.id)
        return this.token !== ''
      } catch {
        await this.pause()
      }
    }
    return false
  }

  /** Looks until something is so; undefined once nothing is to be begun any more. */
  private async until<T>(look: () => Promise<T | undefined>): Promise<T | undefined> {
    while (!this.options.stopping.aborted) {
      try {
        const found = await look()
        if (found !== undefined) return found
      } catch {
        // What is away now comes back.
      }
      await this.pause()
    }
    return undefined
  }

  private async write(): Promise<string | undefined> {
    const { random } = this.options
    const [name, place] = [random.pick(names), random.pick(places)]
    const content = `One evening ${name} walked to the ${place} with a lantern in her hand.

“Who is there?” asked ${name}. “Only the wind,” said ${name}.

The door stood open, and the night was still.`
    const draft = { title: `The ${place} of ${name}`, content, language: 'en' }
    const { response } = await this.call('CreateStory', (options) => this.stories.createStory(draft, options))
    const storyId = response?.story?.id
    if (!storyId) return undefined
    await this.call('AnalyzeStory', (options) => this.stories.analyzeStory({ storyId }, options))
    return this.until(async () => {
      const { story } = await this.stories.getStory({ storyId }, { timeoutMs: callMs })
      return story?.status === StoryStatus.ANALYZED ? storyId : undefined
    })
  }

  /** The token of the link that somebody was mailed. */
  private mailedTo(email: string): Promise<string | undefined> {
    const mailbox = `${this.options.url}/dev/mailbox?`
    const read = async (query: string) => (await fetch(mailbox + query, { signal: AbortSignal.timeout(callMs) })).text()
    return this.until(async () => {
      const list = await read(String(new URLSearchParams({ to: email })))
      for (const [, message = ''] of list.matchAll(/<a href="\?message=(\d+)">/g)) {
        const token = /invitation[^"'\s<>]*token=([\w.-]+)/.exec(await read(`message=${message}`))?.[1]
        if (token) return token
      }
      return undefined
    })
  }

  /** Has a friend speak the first character; answers how many lines were approved. */
  private async cast(storyId: string): Promise<number> {
    const { journal, url, random, signal } = this.options
    const { response } = await this.call('StartSession', (options) => this.sessions.startSession({ storyId }, options))
    const session = response?.session
    const role = session?.roles.find(({ lineCount }) => lineCount > 0)
    if (!session || !role) return 0
    const friend = new Friend({ url, journal, random: random.fork(), signal })
    if (!(await friend.begin())) return 0
    const invited = { sessionId: session.id, characterId: role.characterId, canRecord: true }
    const recipient = { case: 'email' as const, value: friend.email }
    await this.call('InviteParticipant', (options) =>
      this.sessions.inviteParticipant({ ...invited, recipient }, options),
    )
    const token = await this.mailedTo(friend.email)
    const recorded = token && (await friend.record(token))
    if (!recorded) return 0
    const review = { contributionId: recorded.contributionId, verdict: Verdict.APPROVE }
    const reviewed = await this.call('ReviewContribution', (options) =>
      this.sessions.reviewContribution(review, options),
    )
    if (!reviewed.response) return 0
    journal.completed.push(session.id)
    return recorded.lines
  }

  /** Stops what is being made for a publication, which undoes it. */
  private async stop({ narrationId, videoJobId: jobId }: Publishing): Promise<void> {
    if (jobId) await this.call('CancelVideoJob', (options) => this.films.cancelVideoJob({ jobId }, options))
    else await this.call('CancelNarration', (options) => this.narrations.cancelNarration({ narrationId }, options))
  }

  /** Writes a story and publishes it; follows it to its end as long as there is time. */
  async publish(hasBegun: () => void): Promise<void> {
    const { random, journal } = this.options
    const storyId = await this.write()
    if (!storyId) return
    const recorded = random.chance(0.5) ? await this.cast(storyId) : 0
    if (this.options.stopping.aborted) return
    const film = random.pick(['usual', 'included', 'left-out'] as const)
    const wish = { storyId, film: films[film], allowPartial: random.chance(0.3) }
    const { entry, response } = await this.call('PublishStory', (options) => this.stories.publishStory(wish, options))
    hasBegun()
    const id = response?.publishing?.id
    if (!id) return
    const { allowPartial } = wish
    journal.publications.push({ id, key: entry.key, storyId, userId: this.userId, film, allowPartial, recorded })
    let isStopped = random.chance(0.6)
    await this.until(async () => {
      const { publishing } = await this.stories.getPublishing({ storyId }, { timeoutMs: callMs })
      const { PUBLISHED, FAILED } = PublishingStatus
      const isWanted = publishing?.videoJobId || (publishing?.narrationId && film === 'left-out')
      if (!isStopped && publishing && isWanted) {
        isStopped = true
        await this.stop(publishing)
      }
      return publishing?.status === PUBLISHED || publishing?.status === FAILED ? true : undefined
    })
  }
}
