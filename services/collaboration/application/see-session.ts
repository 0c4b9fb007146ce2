import { createHash } from 'node:crypto'
import type { Page, Paged } from '#shared/application/paged.ts'
import type { VoiceContribution } from '../domain/contribution.ts'
import type { LineView, Ports } from './ports.ts'
import { admit, type Viewer } from './viewers.ts'
import { type SessionView, viewOf } from './views.ts'

const newest: Page = { size: 20, token: '' }

export interface SeenSession {
  view: SessionView
  lines: Paged<LineView>
  /** Empty for the host. */
  participantId: string
}

/** Throws SESSION_NOT_FOUND. */
export const getSession =
  (ports: Ports) =>
  async (viewer: Viewer, sessionId: string, page: Page): Promise<SeenSession> => {
    const { session, self } = await admit(ports, viewer, sessionId)
    const lines = await ports.lines.page(sessionId, self?.characterId, page)
    return { view: await viewOf(ports, session, self === undefined), lines, participantId: self?.id ?? '' }
  }

export const listSessions =
  (ports: Ports) =>
  async (userId: string, page: Page): Promise<Paged<SessionView>> => {
    const { items, nextPageToken } = await ports.sessions.list(userId, page)
    const views = items.map((session) => viewOf(ports, session, session.hostId === userId))
    return { items: await Promise.all(views), nextPageToken }
  }

export interface SessionNews {
  resumeToken: string
  /** Undefined where nothing has changed. */
  news?: { view: SessionView; contributions: VoiceContribution[] }
}

const tokenOf = ({ session, isHostPresent, participants }: SessionView, recent: readonly VoiceContribution[]) => {
  const { status, roles, revision } = session
  const people = participants.map(({ invitation, displayName, isPresent }) => [invitation.id, displayName, isPresent])
  const recordings = recent.map((each) => [each.id, each.status])
  const what = [status, roles, revision, isHostPresent, people, recordings]
  return createHash('sha256').update(JSON.stringify(what)).digest('base64url').slice(0, 22)
}

/** Follows a session, and is present in it meanwhile. Throws SESSION_NOT_FOUND, also when one takes part no longer. */
export const watchSession = (ports: Ports) =>
  async function* (
    { viewer, sessionId, watcher }: { viewer: Viewer; sessionId: string; watcher: string },
    resumeToken: string,
    signal: AbortSignal,
  ): AsyncGenerator<SessionNews> {
    const { presence, contributions, read, notify, watch, troubled } = ports
    const look = async () => {
      const { session, self } = await admit(ports, viewer, sessionId)
      const view = await viewOf(ports, session, self === undefined)
      return { self, view, contributions: (await contributions.list(sessionId, self?.id, newest)).items }
    }
    const first = await read(look)
    const who = first.self?.id ?? first.view.session.hostId
    await presence.note(sessionId, who, watcher)
    notify(sessionId)
    let known = resumeToken
    try {
      // What wakes us may get lost; so a heartbeat looks, too.
      for await (const isWoken of watch(sessionId, signal)) {
        if (!isWoken) await presence.note(sessionId, who, watcher)
        const news = await read(look)
        const token = tokenOf(news.view, news.contributions)
        if (token !== known) yield { resumeToken: token, news }
        else if (!isWoken) yield { resumeToken: token }
        known = token
      }
    } finally {
      // One that is not taken back ends by itself.
      await presence.leave(watcher).catch((error: unknown) => troubled('presence', sessionId, error))
      notify(sessionId)
    }
  }
