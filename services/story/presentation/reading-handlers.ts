import type { ServiceImpl } from '@connectrpc/connect'
import { ExportFormat, StoryOrder, type StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { pageSize } from '#shared/application/paging.ts'
import { caller, maybeCaller } from '#shared/presentation/gate.ts'
import type { StoryApp } from '../application/app.ts'
import { fromStatus, toStory, toSummary, toVersion } from './convert.ts'

const orderOf = (order: StoryOrder) =>
  order === StoryOrder.CREATED ? 'created' : order === StoryOrder.TITLE ? 'title' : 'updated'

/** Finding and reading stories. */
export const readingHandlers = (app: StoryApp) =>
  ({
    getStory: async ({ storyId, shareToken }, context) => ({
      story: toStory(await app.getStory({ storyId, viewer: maybeCaller(context), shareToken })),
    }),
    findSeenVersion: async ({ storyId, viewerId, shareToken }) => {
      const { version, contentHash } = await app.seenVersion({ storyId, viewer: viewerId || undefined, shareToken })
      return { version, contentHash }
    },
    listStories: async (request, context) => {
      const filter = {
        viewer: maybeCaller(context),
        author: request.authorId || undefined,
        status: fromStatus(request.status),
        language: request.language || undefined,
        order: orderOf(request.order),
      } as const
      const page = { size: pageSize(request.pageSize, 20, 100), token: request.pageToken }
      const { items, nextPageToken } = await app.listStories(filter, page)
      return { stories: items.map(toSummary), nextPageToken }
    },
    searchStories: async (request, context) => {
      const page = { size: pageSize(request.pageSize, 20, 50), token: request.pageToken }
      const { items, nextPageToken } = await app.searchStories(request.query, maybeCaller(context), page)
      const results = items.map(({ story, snippet, rank }) => ({ story: toSummary(story), snippet, rank }))
      return { results, nextPageToken }
    },
    listVersions: async (request, context) => {
      const page = { size: pageSize(request.pageSize, 20, 100), token: request.pageToken }
      const { items, nextPageToken } = await app.listVersions(caller(context), request.storyId, page)
      return { versions: items.map(toVersion), nextPageToken }
    },
    getVersion: async ({ storyId, version }, context) => ({
      version: toVersion(await app.getVersion(caller(context), storyId, version)),
    }),
    exportStory: async function* ({ storyId, format, shareToken }, context) {
      const look = { storyId, viewer: maybeCaller(context), shareToken }
      const { fileName, mediaType, pieces } = await app.exportStory(look, format === ExportFormat.PDF ? 'pdf' : 'epub')
      let isFirst = true
      for await (const data of pieces) {
        yield isFirst ? { fileName, mediaType, data } : { data }
        isFirst = false
      }
    },
  }) satisfies Partial<ServiceImpl<typeof StoryService>>
