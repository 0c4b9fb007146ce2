import { authenticateApiKey } from './authenticate-api-key.ts'
import { bootstrapAdmin, getBootstrapAdmin } from './bootstrap-admin.ts'
import { changePassword } from './change-password.ts'
import { completeOAuth } from './complete-oauth.ts'
import { deleteUser, eraseUser } from './delete-user.ts'
import { getErasure, noteErased } from './erasures.ts'
import { getActionLink } from './get-action-link.ts'
import { batchGetContacts, batchGetUsers, getUser } from './get-users.ts'
import { issueGuestToken } from './issue-guest-token.ts'
import { issueServiceToken } from './issue-service-token.ts'
import { linkOAuth, unlinkOAuth } from './link-oauth.ts'
import { listSessions } from './list-sessions.ts'
import { listUsers } from './list-users.ts'
import { login } from './login.ts'
import { logout } from './logout.ts'
import { createApiKey, listApiKeys, revokeApiKey } from './manage-api-keys.ts'
import { confirmTotp, disableTotp, enrollTotp } from './manage-totp.ts'
import { noteRole } from './note-role.ts'
import type { Ports } from './ports.ts'
import { refreshSession } from './refresh-session.ts'
import { registerUser } from './register-user.ts'
import { requestPasswordReset, resetPassword } from './reset-password.ts'
import { revokeSession } from './revoke-session.ts'
import { startOAuth } from './start-oauth.ts'
import { reactivateUser, suspendUser } from './suspend-user.ts'
import { updateContactInfo, updatePreferences, updateProfile } from './update-user.ts'
import { requestEmailVerification, verifyEmail } from './verify-email.ts'

/** Everything identity can do. */
export const createIdentityApp = (ports: Ports) => ({
  bootstrapAdmin: bootstrapAdmin(ports),
  getBootstrapAdmin: getBootstrapAdmin(ports),
  registerUser: registerUser(ports),
  login: login(ports),
  refreshSession: refreshSession(ports),
  logout: logout(ports),
  listSessions: listSessions(ports),
  revokeSession: revokeSession(ports),
  oauthProviders: () => [...ports.providers.keys()],
  startOAuth: startOAuth(ports),
  completeOAuth: completeOAuth(ports),
  linkOAuth: linkOAuth(ports),
  unlinkOAuth: unlinkOAuth(ports),
  changePassword: changePassword(ports),
  requestEmailVerification: requestEmailVerification(ports),
  verifyEmail: verifyEmail(ports),
  requestPasswordReset: requestPasswordReset(ports),
  resetPassword: resetPassword(ports),
  getActionLink: getActionLink(ports),
  enrollTotp: enrollTotp(ports),
  confirmTotp: confirmTotp(ports),
  disableTotp: disableTotp(ports),
  getMe: (userId: string) => ports.users.get(userId),
  getUser: getUser(ports),
  batchGetUsers: batchGetUsers(ports),
  batchGetContacts: batchGetContacts(ports),
  updateProfile: updateProfile(ports),
  updatePreferences: updatePreferences(ports),
  updateContactInfo: updateContactInfo(ports),
  listUsers: listUsers(ports),
  suspendUser: suspendUser(ports),
  reactivateUser: reactivateUser(ports),
  deleteUser: deleteUser(ports),
  eraseUser: eraseUser(ports),
  noteErased: noteErased(ports),
  getErasure: getErasure(ports),
  createApiKey: createApiKey(ports),
  listApiKeys: listApiKeys(ports),
  revokeApiKey: revokeApiKey(ports),
  authenticateApiKey: authenticateApiKey(ports),
  noteRole: noteRole(ports),
  issueServiceToken: issueServiceToken(ports),
  issueGuestToken: issueGuestToken(ports),
})

export type IdentityApp = ReturnType<typeof createIdentityApp>
