import type { ServiceImpl } from '@connectrpc/connect'
import type { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { pageSize } from '#shared/application/paging.ts'
import { caller, maybeCaller } from '#shared/presentation/gate.ts'
import type { StoryApp } from '../application/app.ts'
import { fromRole, toAnalysis, toCharacter, toScript } from './convert.ts'

/** What is found in stories. */
export const analysisHandlers = (app: StoryApp) =>
  ({
    analyzeStory: async ({ storyId }, context) => ({
      analysis: toAnalysis(await app.analyzeStory(caller(context), storyId)),
    }),
    getAnalysis: async ({ storyId, shareToken }, context) => ({
      analysis: toAnalysis(await app.getAnalysis({ storyId, viewer: maybeCaller(context), shareToken })),
    }),
    getScript: async ({ storyId, version }) => toScript(await app.getScript(storyId, version)),
    listCharacters: async ({ storyId, shareToken, ...request }, context) => {
      const look = { storyId, viewer: maybeCaller(context), shareToken }
      const page = { size: pageSize(request.pageSize, 100, 200), token: request.pageToken }
      const { items, nextPageToken } = await app.listCharacters(look, page)
      return { characters: items.map(toCharacter), nextPageToken }
    },
    addCharacter: async ({ storyId, name, aliases, role, description, traits }, context) => {
      const init = { name, aliases, role: fromRole(role), description, traits }
      return { character: toCharacter(await app.addCharacter(caller(context), storyId, init)) }
    },
    updateCharacter: async ({ storyId, characterId, ...change }, context) => {
      const role = change.role === undefined ? undefined : fromRole(change.role)
      const traits = change.traits.length === 0 ? undefined : change.traits
      const changed = { name: change.name, role, description: change.description, traits }
      return { character: toCharacter(await app.updateCharacter(caller(context), storyId, characterId, changed)) }
    },
    listEmotions: async ({ storyId, shareToken, ...request }, context) => {
      const look = { storyId, viewer: maybeCaller(context), shareToken }
      const page = { size: pageSize(request.pageSize, 200, 500), token: request.pageToken }
      const { items, nextPageToken } = await app.listEmotions(look, page)
      return { emotions: items, nextPageToken }
    },
  }) satisfies Partial<ServiceImpl<typeof StoryService>>
