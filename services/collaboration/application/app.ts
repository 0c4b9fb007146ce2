import { acceptInvitation, declineInvitation, getInvitation, getInvitationLink } from './answer-invitation.ts'
import { listContributions, reviewContribution } from './contributions.ts'
import { cancelOfStory, cancelSession, completeSession } from './end-session.ts'
import { erasePerson } from './erase-person.ts'
import { inviteParticipant, listInvitations, resendInvitation, revokeInvitation, revokeUndelivered } from './invite.ts'
import { lapse } from './lapse.ts'
import type { Ports } from './ports.ts'
import { getSession, listSessions, watchSession } from './see-session.ts'
import { startSession } from './start-session.ts'
import { submitContribution } from './submit-contribution.ts'
import { createTemplate, deleteTemplate, listTemplates } from './templates.ts'

/** The use cases of collaboration. */
export const collaborationApp = (ports: Ports) => ({
  createTemplate: createTemplate(ports),
  listTemplates: listTemplates(ports),
  deleteTemplate: deleteTemplate(ports),
  startSession: startSession(ports),
  getSession: getSession(ports),
  listSessions: listSessions(ports),
  inviteParticipant: inviteParticipant(ports),
  resendInvitation: resendInvitation(ports),
  revokeInvitation: revokeInvitation(ports),
  revokeUndelivered: revokeUndelivered(ports),
  listInvitations: listInvitations(ports),
  getInvitation: getInvitation(ports),
  acceptInvitation: acceptInvitation(ports),
  declineInvitation: declineInvitation(ports),
  getInvitationLink: getInvitationLink(ports),
  submitContribution: submitContribution(ports),
  reviewContribution: reviewContribution(ports),
  listContributions: listContributions(ports),
  completeSession: completeSession(ports),
  cancelSession: cancelSession(ports),
  cancelOfStory: cancelOfStory(ports),
  watchSession: watchSession(ports),
  erasePerson: erasePerson(ports),
  lapse: lapse(ports),
  rememberPerson: ports.people.remember,
  forgetPerson: ports.people.forget,
  blobOf: ports.studio.blobOf,
})

export type CollaborationApp = ReturnType<typeof collaborationApp>
