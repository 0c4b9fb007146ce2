import { invalid } from '#shared/domain/errors.ts'
import type { Push } from './ports.ts'

export type DeviceKind = Push['device']['kind']

/** What a device is registered with. */
export interface DeviceInit {
  kind: DeviceKind
  token: string
  p256dh: string
  auth: string
  name: string
}

/** How many devices one person may have. */
export const mostDevices = 10

const publicKeyBytes = 65
const secretBytes = 16

const bytesOf = (text: string): number => Math.floor((text.length * 3) / 4)

/** What push messages can be shown on. */
export class Device {
  readonly id!: string
  userId!: string
  kind!: DeviceKind
  /** Of the token, which is unique. */
  tokenHash!: string
  token!: string
  p256dh!: string
  auth!: string
  name!: string
  registeredAt!: Date
  revision!: number

  /** Throws DEVICE_INVALID for a browser without an https endpoint, a public key and a secret of the Push API's lengths. */
  static register(id: string, userId: string, tokenHash: string, init: DeviceInit, now: Date): Device {
    const { kind, token, p256dh, auth } = init
    if (kind === 'web') {
      if (!/^https:\/\/[^/\s@]+\/\S*$/.test(token)) {
        throw invalid('token', 'DEVICE_INVALID', 'must be the https endpoint of a push subscription')
      }
      if (bytesOf(p256dh) !== publicKeyBytes || bytesOf(auth) !== secretBytes) {
        throw invalid('p256dh', 'DEVICE_INVALID', 'must be the keys of a push subscription')
      }
    }
    return Object.assign(new Device(), { id, userId, tokenHash, ...init, registeredAt: now })
  }

  /** Whoever registered it last has it. */
  moveTo(userId: string, { p256dh, auth, name }: DeviceInit, now: Date): void {
    Object.assign(this, { userId, p256dh, auth, name, registeredAt: now })
  }
}
