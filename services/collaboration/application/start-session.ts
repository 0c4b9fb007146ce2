import { precondition } from '#shared/domain/errors.ts'
import { linesOf } from '../domain/script.ts'
import { CollaborationSession } from '../domain/session.ts'
import { mostParticipants } from '../domain/session-parts.ts'
import { rolesOf } from '../domain/template.ts'
import type { Ports } from './ports.ts'
import { ownScript, ownTemplate } from './templates.ts'
import { type SessionView, viewOf } from './views.ts'

const usualLifetimeMs = 30 * 24 * 60 * 60_000

export interface SessionDraft {
  storyId: string
  /** Empty for all characters. */
  templateId: string
  /** 0 for as many as there may be. */
  maxParticipants: number
  /** Undefined for the usual one. */
  lifetimeMs: number | undefined
}

/**
 * Begins to record a story as it is analysed now. Throws STORY_NOT_FOUND, TEMPLATE_NOT_FOUND, STORY_NOT_ANALYZED,
 * NO_CHARACTERS, SESSION_RUNNING, TEMPLATE_OUTDATED.
 */
export const startSession =
  (ports: Ports) =>
  async (userId: string, draft: SessionDraft): Promise<SessionView> => {
    const { sessions, ids, clock } = ports
    const { storyId, templateId, maxParticipants, lifetimeMs = usualLifetimeMs } = draft
    const script = await ownScript(ports, userId, storyId)
    if (await sessions.activeOf(storyId))
      throw precondition('SESSION_RUNNING', 'the story is being recorded; complete or cancel that session first')
    const { characters } = script
    const chosen = templateId === '' ? characters : rolesOf(await ownTemplate(ports, userId, templateId), characters)
    if (characters.length === 0) throw precondition('NO_CHARACTERS', 'the story has no characters')
    if (chosen.length === 0)
      throw precondition('TEMPLATE_OUTDATED', 'the story has none of the template’s characters any more')
    const lines = linesOf(script, new Set(chosen.map(({ characterId }) => characterId)))
    const counts = Map.groupBy(lines, ({ characterId }) => characterId)
    const roles = chosen.map(({ characterId, name }) => ({
      characterId,
      name,
      lines: counts.get(characterId)?.length ?? 0,
    }))
    const { title, language } = script
    const init = { id: ids.next(), storyId, hostId: userId, title, language, lifetimeMs, roles }
    const session = new CollaborationSession(
      { ...init, maxParticipants: maxParticipants || mostParticipants },
      clock.now(),
    )
    sessions.add(session, lines)
    return viewOf(ports, session, true)
  }
