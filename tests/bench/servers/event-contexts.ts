import {
  file_troupe_story_v1_story_events as events,
  StoryCreatedSchema,
} from '#gen/troupe/story/v1/story_events_pb.ts'
import { react } from '../../../services/shared/application/consumers.ts'
import { runInCall } from '../../../services/shared/infrastructure/call-context.ts'
import { uuidv7 } from '../../../services/shared/infrastructure/uuid.ts'
import { type ContextDefinition, defineContext, type Kernel } from '../../../services/shared/presentation/context.ts'
import { entities, migrations, Page, someAuthor } from './page.ts'
import { writerCall } from './writer-call.ts'

/** Two contexts: `story` writes pages with an event each, `reader` notes each event in a table of its own. */
export interface EventContexts {
  definitions: ContextDefinition[]
  /** Commits a page and its event and returns its id. */
  write(): Promise<string>
}

/** `onEffect` hears of every page whose event has taken effect, once that is committed. */
export const eventContexts = (onEffect: (pageId: string) => void): EventContexts => {
  let writer: Kernel | undefined
  const story = defineContext({
    name: 'story',
    entities,
    migrations,
    events,
    compose: (kernel) => {
      writer = kernel
      return { routes: [] }
    },
  })
  const reader = defineContext({
    name: 'reader',
    entities: [],
    migrations: [{ name: '0001-seen', up: ['create table seen (page_id uuid primary key, author_id uuid not null)'] }],
    events,
    compose: (kernel) => ({
      routes: [],
      consumers: [
        react('pages', [StoryCreatedSchema], ({ storyId, authorId }) => {
          const unit = kernel.unit()
          unit.write({ sql: 'insert into seen (page_id, author_id) values ($1, $2)', parameters: [storyId, authorId] })
          unit.afterCommit.push(() => onEffect(storyId))
        }),
      ],
    }),
  })
  const write = () => {
    const kernel = writer
    if (!kernel) throw new Error('the context has not started')
    const author = someAuthor(Math.floor(Math.random() * 1000))
    return runInCall(writerCall(author), () =>
      kernel.write(uuidv7(), async (unit) => {
        const id = unit.next()
        unit.add(Page.write(id, author, kernel.clock.now()))
        return id
      }),
    )
  }
  return { definitions: [story, reader], write }
}
