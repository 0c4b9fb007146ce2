import { notFound } from '#shared/domain/errors.ts'

/** Roles of a story, drawn up for later sessions. */
export interface Template {
  id: string
  ownerId: string
  storyId: string
  name: string
  roles: TemplateRole[]
  createdAt: Date
}

export interface TemplateRole {
  characterId: string
  name: string
}

export const mostTemplates = 100

export const templateNotFound = () => notFound('TEMPLATE_NOT_FOUND', 'there is no such template')

/** The characters of a story that a template means: by id, or by name where the story was analysed anew. */
export const rolesOf = <T extends TemplateRole>(template: Pick<Template, 'roles'>, characters: readonly T[]): T[] =>
  characters.filter(({ characterId, name }) =>
    template.roles.some((role) => role.characterId === characterId || role.name === name),
  )
