import { notFound, precondition } from '#shared/domain/errors.ts'
import { Device, type DeviceInit, mostDevices } from '../domain/device.ts'
import type { Ports } from './ports.ts'

/** Has push messages shown on a device, which is nobody else's any more. Throws DEVICE_INVALID, TOO_MANY_DEVICES, USER_NOT_FOUND. */
export const registerDevice =
  ({ devices, people, hashToken, ids, clock }: Ports) =>
  async (userId: string, init: DeviceInit): Promise<Device> => {
    await people.mustLive(userId)
    const now = clock.now()
    const tokenHash = hashToken(`${init.kind} ${init.token}`)
    const known = await devices.findByToken(tokenHash)
    const own = await devices.of(userId)
    if (known?.userId !== userId && own.length >= mostDevices) {
      throw precondition('TOO_MANY_DEVICES', `${mostDevices} devices are the most that one person may have`)
    }
    const made = Device.register(known?.id ?? ids.next(), userId, tokenHash, init, now)
    if (!known) {
      devices.add(made)
      return made
    }
    known.moveTo(userId, init, now)
    return known
  }

/** The devices of one person, those registered last first. */
export const listDevices =
  ({ devices }: Ports) =>
  (userId: string): Promise<Device[]> =>
    devices.of(userId)

/** Throws DEVICE_NOT_FOUND. */
export const removeDevice =
  ({ devices }: Ports) =>
  async (userId: string, id: string): Promise<void> => {
    const own = await devices.of(userId)
    if (!own.some((device) => device.id === id)) throw notFound('DEVICE_NOT_FOUND', 'you have no such device')
    devices.remove(id)
  }
