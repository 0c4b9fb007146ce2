import { placeOf, realValue, textValue, timeValue, uuidValue } from '#shared/application/page-values.ts'
import { pageOf, writtenLimit } from '#shared/application/paging.ts'
import { assertAwaited } from '#shared/infrastructure/call-context.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { ListFilter, SearchHit, StoryLists, StoryOrder, SummaryView } from '../application/views.ts'
import { narrationColumns, tells } from './narrations.ts'
import { searchConfigs } from './search-config.ts'

const collaborators = '(select count(*)::integer from story_collaborators c where c.story_id = l.story_id)'

const summary = `l.story_id as id, l.title, l.author_id as "authorId", coalesce(a.display_name, '') as "authorName",
  l.language, l.status, l.visibility, l.category, l.genre, l.version, ${collaborators} as "collaboratorCount",
  l.cover_url as "coverUrl", l.updated_at as "lastUpdated", l.published_at as "publishedAt",
  ${narrationColumns}`

// The text is looked for where there is a narration, and nowhere else.
const narration = `left join lateral (
    select n.narration_id, n.duration_ms from story_narrations n
    join story_versions v on v.story_id = n.story_id and v.version = l.version
    where n.story_id = l.story_id and ${tells('v')}
  ) n on true`

interface SummaryRow {
  [column: string]: unknown
  id: string
  publishedAt: Date | null
  orderKey: Date | string
}

const summaryOf = ({ orderKey: _, ...row }: SummaryRow): SummaryView =>
  ({ ...row, publishedAt: row.publishedAt ?? undefined }) as unknown as SummaryView

interface OrderRule {
  column: string
  direction: '<' | '>'
  parse: (value: unknown) => Date | string
}

const orders: Record<StoryOrder, OrderRule> = {
  updated: { column: 'updated_at', direction: '<', parse: timeValue },
  created: { column: 'created_at', direction: '<', parse: timeValue },
  title: { column: 'title_key', direction: '>', parse: textValue },
}

/**
 * The query of one page, which answers `rows` rows or some more; its text is the same for every page of a shape, so that
 * it stays prepared.
 */
const listQuery = (filter: ListFilter, after: unknown[] | undefined, rows: number): [string, unknown[]] => {
  const values: unknown[] = []
  const value = (one: unknown) => `$${values.push(one)}`
  const { column, direction, parse } = orders[filter.order]
  const isOwn = filter.author !== undefined && filter.author === filter.viewer
  const conditions = [`l.audience = '${isOwn ? 'author' : 'readers'}'`]
  if (filter.author !== undefined) conditions.push(`l.author_id = ${value(filter.author)}`)
  if (filter.status !== undefined) conditions.push(`l.status = ${value(filter.status)}`)
  if (filter.language !== undefined) conditions.push(`l.language = ${value(filter.language)}`)
  if (after) {
    const key = [value(parse(after[0])), value(uuidValue(after[1]))].join(', ')
    conditions.push(`(l.${column}, l.story_id) ${direction} (${key})`)
  }
  const sort = direction === '<' ? 'desc' : 'asc'
  return [
    `select ${summary}, l.${column} as "orderKey" from story_list l left join authors a on a.author_id = l.author_id
     ${narration}
     where ${conditions.join(' and ')} order by l.${column} ${sort}, l.story_id ${sort} limit ${writtenLimit(rows)}`,
    values,
  ]
}

// One scan of the index for each configuration, since the words of a query depend on it. Texts are cut up into
// snippets for the page's own stories only.
const searchQuery = `with queries as (
    select config, websearch_to_tsquery(config, $1) as query from unnest($2::text[]::regconfig[]) as config
  ), hits as (
    select l.story_id, l.audience, q.config, q.query, ts_rank_cd(v.document, q.query) as rank
    from queries q
    join story_versions v on v.searchable and v.search_config = q.config and v.document @@ q.query
    join story_list l on l.story_id = v.story_id and l.version = v.version
    where l.audience = 'author' and l.author_id = $3
      or l.audience = 'readers' and l.author_id is distinct from $3
  ), page as (
    select * from hits where $4::real is null or (rank, story_id) < ($4::real, $5::uuid)
    order by rank desc, story_id desc limit $6
  )
  select ${summary}, p.rank, ts_headline(p.config, left(v.content, v.search_chars), p.query,
    'StartSel=**, StopSel=**, MaxFragments=2, MaxWords=20, MinWords=8, FragmentDelimiter=" … "') as snippet
  from page p
  join story_list l on l.story_id = p.story_id and l.audience = p.audience
  join story_versions v on v.story_id = l.story_id and v.version = l.version
  left join authors a on a.author_id = l.author_id
  ${narration}
  order by p.rank desc, p.story_id desc`

const atOnce = 50

const indexing = (which: string) => `update story_versions v set searchable = true, draft_of = null
  from (select story_id, version from story_versions where draft_of = $1 ${which}) d
  where v.story_id = d.story_id and v.version = d.version returning 1`

// Whoever waits for one row holds no other, and so waits for nobody who waits for it.
const indexFree = indexing(`limit ${atOnce} for update skip locked`)
const indexNext = indexing('limit 1 for update')

/** Indexes what the author has written since they last looked for something. What is done stays done if they give up. */
const indexDrafts = async ({ database }: Pick<Kernel, 'database'>, author: string): Promise<void> => {
  for (;;) {
    assertAwaited()
    const isDone = (await database.sql(indexFree, author)).length < atOnce
    if (isDone && (await database.sql(indexNext, author)).length === 0) return
  }
}

/** The list view and the search, from Postgres. */
export const storyLists = ({ database }: Pick<Kernel, 'database'>): StoryLists => ({
  list: async (filter, { size, token }) => {
    const [query, values] = listQuery(filter, placeOf(token, 2), size + 1)
    const rows = await database.sql<SummaryRow>(query, ...values)
    const { items, nextPageToken } = pageOf(rows, size, (row) => [row.orderKey, row.id])
    return { items: items.map(summaryOf), nextPageToken }
  },
  search: async (query, viewer, { size, token }) => {
    const after = placeOf(token, 2)
    if (viewer && !after) await indexDrafts({ database }, viewer)
    const from = after ? [realValue(after[0]), uuidValue(after[1])] : [null, null]
    type HitRow = SummaryRow & { rank: number; snippet: string }
    const rows = await database.sql<HitRow>(searchQuery, query, searchConfigs, viewer ?? null, ...from, size + 1)
    const { items, nextPageToken } = pageOf(rows, size, (row) => [row.rank, row.id])
    const hitOf = ({ rank, snippet, ...row }: HitRow): SearchHit => ({ story: summaryOf(row), snippet, rank })
    return { items: items.map(hitOf), nextPageToken }
  },
})
