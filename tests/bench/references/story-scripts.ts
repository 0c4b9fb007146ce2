import { machineClock } from '../../../services/shared/infrastructure/mesh-clock.ts'
import { storyLists } from '../../../services/story/infrastructure/story-lists.ts'
import { storyReads } from '../../../services/story/infrastructure/story-reads.ts'
import type { Script } from '../load/pgbench.ts'
import { storyId, storyIdSql } from '../story-data.ts'
import { type Query, queriesOf, textOf } from './queries-of.ts'

/** The queries as pgbench runs them: the same texts with the same parameters, but for `ids`, which change. */
const scriptOf = (
  name: string,
  first: string,
  queries: readonly Query[],
  ids: ReadonlyMap<unknown, string>,
): Script => {
  const variables: Record<string, string> = {}
  const text = queries.map(({ text, values }, query) =>
    text.replace(/\$(\d+)/g, (_, index: string) => {
      const value = values[Number(index) - 1]
      if (value === null) return 'null'
      const expression = ids.get(value)
      if (expression) return expression
      const variable = `q${query}_${index}`
      variables[variable] = textOf(value)
      return `:${variable}`
    }),
  )
  return { name, text: `${first}\n${text.join(';\n')};\n`, variables }
}

/** What GetStory by id asks of Postgres, for stories of 1 to `count`. */
export const getStoryScript = async (url: string, viewer: string, count: number): Promise<Script> => {
  const id = storyId(1)
  const queries = await queriesOf(url, (database) =>
    storyReads({ database, clock: machineClock }).view({ storyId: id, viewer, shareToken: '' }),
  )
  const ids = new Map([[id, storyIdSql(':n::int')]])
  return scriptOf('get-story', `\\set n random(1, ${count})`, queries, ids)
}

/** What the first ListStories page of 20 asks of Postgres. */
export const listStoriesScript = async (url: string, viewer: string): Promise<Script> => {
  const filter = { viewer, author: undefined, status: undefined, language: undefined, order: 'updated' } as const
  const queries = await queriesOf(url, (database) => storyLists({ database }).list(filter, { size: 20, token: '' }))
  return scriptOf('list-stories', '', queries, new Map())
}
