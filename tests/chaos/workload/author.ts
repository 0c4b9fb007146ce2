import { type Client, Code, ConnectError, createClient } from '@connectrpc/connect'
import { PublishingOption } from '#gen/troupe/story/v1/publishing_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { reasonOf } from './caller.ts'
import type { AuthorRecord, Journal, StoryRecord } from './journal.ts'
import { callMs, newCredentials, Person, type PersonOptions } from './person.ts'

const bare = { narration: PublishingOption.LEFT_OUT, film: PublishingOption.LEFT_OUT }

interface Options extends PersonOptions {
  journal: Journal
  giveTier: (userId: string) => Promise<void>
}

/** Someone with an account who works on stories of their own, one call at a time. */
export class Author extends Person {
  readonly record: AuthorRecord
  protected readonly expected = new Set(['STORY_NOT_ANALYZED', 'PUBLISHING_RUNNING', 'STORY_ALREADY_PUBLISHED'])
  private readonly story: Client<typeof StoryService>
  private readonly subscription: Client<typeof SubscriptionService>
  private readonly options: Options
  private count = 0

  constructor(options: Options) {
    const credentials = newCredentials()
    super(options, credentials)
    this.options = options
    this.story = createClient(StoryService, this.transport)
    this.subscription = createClient(SubscriptionService, this.transport)
    const nothing = { names: [], sessions: [], stories: [] }
    this.record = { id: '', key: '', ...credentials, ...nothing, hasPaid: false, hasLeft: 'no' }
  }

  /** Opens the account and signs in. False when that was not answered. */
  async begin(): Promise<boolean> {
    const displayName = 'Author, name 1'
    const account = await this.register(displayName)
    if (!account) return false
    Object.assign(this.record, { ...account, names: [displayName] })
    this.options.journal.authors.push(this.record)
    await (this.options.random.chance(0.5) ? this.pay() : this.beGiven(account.id))
    return this.token !== ''
  }

  /** Gets the tier that lets authors write as much as they like, and pays for it. */
  private async pay(): Promise<void> {
    const { signal } = this.options
    const card = { token: 'tok_success' }
    const set = await this.call('SetPaymentMethod', (options) => this.subscription.setPaymentMethod(card, options))
    if (!set.response) return
    const tier = 'PLATINUM'
    const change = await this.call('ChangeTier', (options) => this.subscription.changeTier({ tier }, options))
    while (change.response && !this.record.hasPaid && !signal.aborted) {
      try {
        const { subscription } = await this.subscription.getSubscription({}, { timeoutMs: callMs, signal })
        this.record.hasPaid = subscription?.tier === tier
      } catch (error) {
        if (ConnectError.from(error).code === Code.Unauthenticated) await this.signIn()
      }
      if (!this.record.hasPaid) await this.pause(100)
    }
  }

  /** Gets that tier as an operator gives it. */
  private async beGiven(userId: string): Promise<void> {
    const { giveTier, signal } = this.options
    while (!signal.aborted) {
      try {
        return await giveTier(userId)
      } catch {
        await this.pause()
      }
    }
  }

  /** Does one thing of those that are possible. */
  async act(): Promise<void> {
    const { random } = this.options
    const stories = this.record.stories.filter(({ isDeleted }) => !isDeleted)
    if (stories.length < 2 || random.chance(0.3)) return this.create()
    const story = random.pick(stories.slice(-8))
    const dice = random.next()
    if (dice < 0.45) return this.update(story)
    if (dice < 0.62) return this.analyze(story)
    if (dice < 0.82) return this.publish(story)
    if (dice < 0.92) return this.rename()
    return this.delete(story)
  }

  /** Deletes the account. What an unanswered try has done shows at the next one: there is no such account any more. */
  async leave(): Promise<void> {
    const { email, password } = this.record
    const { signal } = this.options
    this.record.hasLeft = 'maybe'
    const call = { timeoutMs: callMs, signal }
    while (!signal.aborted && this.record.hasLeft === 'maybe') {
      try {
        const { tokens } = await this.identity.login({ email, password }, call)
        this.token = tokens?.accessToken ?? ''
        await this.identity.deleteUser({ password }, call)
        this.record.hasLeft = 'yes'
      } catch (error) {
        if (reasonOf(ConnectError.from(error)) === 'INVALID_CREDENTIALS') this.record.hasLeft = 'yes'
        else await this.pause()
      }
    }
  }

  /** Makes an acknowledged CreateStory once more; its answer must be the same. */
  async repeat({ id, key, versions }: StoryRecord): Promise<string | undefined> {
    const [first] = versions
    const headers = { 'idempotency-key': key }
    const answer = await this.story.createStory({ ...first }, { headers, timeoutMs: callMs })
    return answer.story?.id === id ? undefined : `CreateStory ${key} answered ${id}, and now ${answer.story?.id}`
  }

  /** The name that lists show for the author. */
  async listedName(): Promise<string | undefined> {
    const { stories } = await this.story.listStories({ authorId: this.record.id, pageSize: 1 }, { timeoutMs: callMs })
    return stories[0]?.authorName
  }

  private async create(): Promise<void> {
    this.count += 1
    const version = { title: `Story ${this.count} of ${this.record.id}`, content: this.text() }
    const { entry, response } = await this.call('CreateStory', (options) => this.story.createStory(version, options))
    if (!response?.story) return
    const { id } = response.story
    this.record.stories.push({ id, key: entry.key, versions: [version], publishings: [], isDeleted: false })
  }

  private async update(story: StoryRecord): Promise<void> {
    const { id: storyId, versions } = story
    const last = versions.at(-1) as StoryRecord['versions'][number]
    const content = this.options.random.chance(0.5) ? { content: this.text() } : {}
    const change = { title: `${versions[0]?.title}, version ${versions.length + 1}`, ...content }
    const request = { storyId, expectedVersion: versions.length, ...change }
    const { response } = await this.call('UpdateStory', (options) => this.story.updateStory(request, options))
    if (!response) return
    versions.push({ ...last, ...change })
    if (response.story?.version === versions.length) return
    this.contradiction(`UpdateStory of ${storyId} made version ${response.story?.version} of ${versions.length - 1}`)
  }

  private async analyze({ id: storyId }: StoryRecord): Promise<void> {
    await this.call('AnalyzeStory', (options) => this.story.analyzeStory({ storyId }, options))
  }

  private async publish(story: StoryRecord): Promise<void> {
    const { response } = await this.call('PublishStory', (options) =>
      // What is made for it has chaos of its own.
      this.story.publishStory({ storyId: story.id, ...bare }, options),
    )
    if (response?.publishing) story.publishings.push(response.publishing.id)
  }

  private async delete(story: StoryRecord): Promise<void> {
    const { response } = await this.call('DeleteStory', (options) =>
      this.story.deleteStory({ storyId: story.id }, options),
    )
    if (response) story.isDeleted = true
  }

  private async rename(): Promise<void> {
    const displayName = `Author, name ${this.record.names.length + 1}`
    const { response } = await this.call('UpdateProfile', (options) =>
      this.identity.updateProfile({ displayName }, options),
    )
    if (response) this.record.names.push(displayName)
  }

  private text(): string {
    const number = this.options.random.int(1, 1e9)
    const question = `“Number ${number},” said Anna, “is it really you?” asked the wolf at the door of the house.`
    return `${question}

Anna laughed. “It is ${number},” she said, and opened it.`
  }
}
