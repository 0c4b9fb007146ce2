import type { Page, Paged } from '#shared/application/paged.ts'
import { invalid, notFound, precondition } from '#shared/domain/errors.ts'
import { plainText } from '#shared/domain/plain-text.ts'
import type { Script } from '../domain/script.ts'
import { mostTemplates, type Template, templateNotFound } from '../domain/template.ts'
import type { Ports } from './ports.ts'

/** A story of one's own as it is analysed now. Throws STORY_NOT_FOUND, STORY_NOT_ANALYZED. */
export const ownScript = async (
  { stories }: Pick<Ports, 'stories'>,
  userId: string,
  storyId: string,
): Promise<Script> => {
  const script = await stories.script(storyId)
  if (script.authorId !== userId) throw notFound('STORY_NOT_FOUND', 'there is no such story')
  if (!script.analyzed) throw precondition('STORY_NOT_ANALYZED', 'analyse the story as it is now first')
  return script
}

export interface TemplateDraft {
  storyId: string
  name: string
  characterIds: readonly string[]
}

/** Throws STORY_NOT_FOUND, STORY_NOT_ANALYZED, STORY_NOT_PUBLISHED, TOO_MANY_TEMPLATES, UNKNOWN_CHARACTER. */
export const createTemplate =
  (ports: Ports) =>
  async (userId: string, { storyId, name, characterIds }: TemplateDraft): Promise<Template> => {
    const { stories, templates, ids, clock } = ports
    const script = await ownScript(ports, userId, storyId)
    if (!(await stories.isPublished(storyId)))
      throw precondition('STORY_NOT_PUBLISHED', 'publish the story first, for anybody to read')
    if ((await templates.count(userId)) >= mostTemplates)
      throw precondition('TOO_MANY_TEMPLATES', `there may be ${mostTemplates} templates at a time`)
    const chosen = new Set(characterIds)
    const roles = script.characters.filter(({ characterId }) => chosen.size === 0 || chosen.has(characterId))
    if (roles.length < chosen.size)
      throw invalid('character_ids', 'UNKNOWN_CHARACTER', 'must be characters of the story')
    const said = plainText('name', name.trim())
    const template = { id: ids.next(), ownerId: userId, storyId, name: said, roles, createdAt: clock.now() }
    templates.add(template)
    return template
  }

export const listTemplates =
  ({ templates }: Ports) =>
  (userId: string, page: Page): Promise<Paged<Template>> =>
    templates.list(userId, page)

/** A template of one's own. Throws TEMPLATE_NOT_FOUND. */
export const ownTemplate = async (
  { templates }: Pick<Ports, 'templates'>,
  userId: string,
  id: string,
): Promise<Template> => {
  const template = await templates.find(id)
  if (template?.ownerId !== userId) throw templateNotFound()
  return template
}

export const deleteTemplate =
  (ports: Ports) =>
  async (userId: string, id: string): Promise<void> => {
    ports.templates.remove((await ownTemplate(ports, userId, id)).id)
  }
