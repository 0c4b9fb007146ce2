import type { Device } from '../domain/session.ts'
import { confirmPassword, invalidCredentials } from './confirm-password.ts'
import { confirmSecondFactor } from './confirm-second-factor.ts'
import type { Ports } from './ports.ts'
import { type SignedIn, signIn } from './sign-in.ts'

/**
 * Opens a session with a password. Throws INVALID_CREDENTIALS for an unknown address and for a wrong password alike,
 * LOGIN_DELAYED, and only to who knows the password USER_SUSPENDED, TOTP_REQUIRED and TOTP_INVALID.
 */
export const login =
  (ports: Ports) =>
  async (email: string, password: string, device: Device, totp = ''): Promise<SignedIn> => {
    const emailKey = email.trim().normalize('NFC').toLowerCase()
    const known = await ports.directory.credentials(emailKey)
    const hash = known?.passwordHash
    const isFirst = known?.hasTotp ?? false
    await confirmPassword(ports, { emailKey, address: device.address, password, hash, isFirst })
    const enter = async () => {
      const user = known && (await ports.users.find(known.userId))
      if (!user || user.passwordHash !== hash) throw invalidCredentials()
      await confirmSecondFactor(ports, user, totp, device.address)
      return signIn(ports, user, 'password', device)
    }
    return ports.inTurn(emailKey, () => ports.apart('sign-in', enter))
  }
