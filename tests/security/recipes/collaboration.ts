import type { Fields } from '../call.ts'
import type { Person } from '../stage/people.ts'
import {
  guestOf,
  newInvitationToken,
  newPublishedCast,
  newSession,
  newTemplate,
  spoken,
  withRoom,
} from './collaboration-scenes.ts'
import { ofService, type Recipe, type Recipes, type Scene, type Trespass } from './recipe.ts'
import { newAnalysedStory, plainTale } from './story-scenes.ts'

type Parts = Parameters<typeof newSession>[1]

const ofSession =
  (parts?: Parts) =>
  async (scene: Scene): Promise<Fields> => ({ sessionId: (await newSession(scene, parts)).sessionId })
const ofInvitation =
  (parts: Parts) =>
  async (scene: Scene): Promise<Fields> => ({ invitationId: (await newSession(scene, parts)).invitationId })

/** A guest sees the session that they are a guest of, and no other. */
const asGuests =
  (more: () => Fields = () => ({})) =>
  async (scene: Scene, another: Person): Promise<Trespass[]> => {
    const mine = await newSession(scene, { invited: 'guest' })
    const theirs = await newSession({ ...scene, person: another }, { invited: 'guest' })
    const fieldsOf = ({ sessionId }: { sessionId: string }) => ({ sessionId, ...more() })
    const [token, ofTheirs] = [await guestOf(scene, mine), await guestOf(scene, theirs)]
    const [right, other] = [fieldsOf(mine), fieldsOf(theirs)]
    return [
      { name: 'another session, by a guest', field: 'session_id', fields: other, token, right },
      {
        name: 'this session, by a guest of another',
        field: 'session_id',
        fields: right,
        token: ofTheirs,
        right: other,
      },
    ]
  }

/** Tokens that nobody was sent, beside the one that somebody was. */
const byToken = async (scene: Scene, another: Person): Promise<Trespass[]> => {
  const good = await newInvitationToken(scene)
  const ofAnother = await newInvitationToken({ ...scene, person: another })
  const [bytes, theirs] = [Buffer.from(good, 'base64url'), Buffer.from(ofAnother, 'base64url')]
  const changed = (change: (copy: Buffer) => void) => {
    const copy = Buffer.from(bytes)
    change(copy)
    return copy.toString('base64url')
  }
  const invented = {
    'with another proof': changed((copy) => copy.fill(0, 16)),
    'of another invitation with this one’s proof': changed((copy) => theirs.copy(copy, 0, 0, 16)),
    'of an invitation that nobody sent': changed((copy) => copy.write(crypto.randomUUID().replaceAll('-', ''), 'hex')),
    'changed in one bit': changed((copy) => copy.writeUInt8(copy.readUInt8(40) ^ 1, 40)),
    'cut short': good.slice(0, -1),
    'with padding': `${good}=`,
    'an access token': scene.person.token.slice(0, 200),
  }
  const right = { token: good, displayName: 'Gus' }
  return Object.entries(invented).map(([name, token]) => ({
    name: `a link ${name}`,
    field: 'token',
    fields: { ...right, token },
    right,
  }))
}

/** What whoever has the link may do. */
const opened = (isOnce: boolean): Recipe => ({
  fields: async (scene) => ({ token: await newInvitationToken(scene), displayName: 'Gus' }),
  ids: { token: 'trespass' },
  isOnce,
  trespasses: byToken,
})

const recordedLine = () => ({ lines: [0], data: spoken([900]) })

/** How to record stories together rightly. */
export const collaborationRecipes: Recipes = ofService('troupe.collaboration.v1.CollaborationService', {
  CreateTemplate: { fields: newPublishedCast, refusals: ['invalid_argument'] },
  ListTemplates: {
    fields: async (scene) => {
      await newTemplate(scene)
      return {}
    },
  },
  DeleteTemplate: { fields: async (scene) => ({ templateId: await newTemplate(scene) }), isOnce: true },
  StartSession: {
    fields: async (scene) => ({
      storyId: await newAnalysedStory(scene, plainTale),
      templateId: await newTemplate(scene),
      maxParticipants: 0,
      lifetime: { seconds: 86_400n, nanos: 0 },
    }),
    isOnce: true,
  },
  GetSession: { fields: ofSession({ invited: 'person', isOthers: true }), trespasses: asGuests() },
  ListSessions: {
    fields: async (scene) => {
      await newSession(scene)
      return {}
    },
  },
  InviteParticipant: {
    fields: async (scene) => {
      await withRoom(scene)
      const { sessionId, characterId } = await newSession(scene)
      return { sessionId, characterId, recipient: { case: 'email', value: 'gus@example.com' } }
    },
    // A character of another session is none of this one.
    refusals: ['invalid_argument'],
    isOnce: true,
  },
  ResendInvitation: { fields: ofInvitation({ invited: 'pending' }), isOnce: true },
  RevokeInvitation: { fields: ofInvitation({ invited: 'guest' }), isOnce: true },
  ListInvitations: { fields: ofSession({ invited: 'pending' }) },
  GetInvitation: opened(false),
  AcceptInvitation: opened(true),
  DeclineInvitation: opened(true),
  SubmitContribution: {
    fields: async (scene) => ({
      ...(await ofSession({ invited: 'person', isOthers: true })(scene)),
      ...recordedLine(),
    }),
    trespasses: asGuests(recordedLine),
  },
  ReviewContribution: {
    fields: async (scene) => ({
      contributionId: (await newSession(scene, { invited: 'guest', recorded: 'pending' })).contributionId,
    }),
    isOnce: true,
  },
  ListContributions: { fields: ofSession({ invited: 'guest', recorded: 'pending' }), trespasses: asGuests() },
  CompleteSession: { fields: ofSession({ invited: 'guest', recorded: 'approved' }), isOnce: true },
  CancelSession: { fields: ofSession({ invited: 'pending' }), isOnce: true },
  WatchSession: { fields: ofSession({ invited: 'guest' }), trespasses: asGuests() },
  GetInvitationLink: { fields: ofInvitation({ invited: 'pending' }) },
})
