import type { ServiceImpl } from '@connectrpc/connect'
import { DeviceKind } from '#gen/troupe/notification/v1/device_pb.ts'
import type { NotificationService } from '#gen/troupe/notification/v1/notification_service_pb.ts'
import { caller } from '#shared/presentation/gate.ts'
import type { NotificationApp } from '../application/notification-app.ts'
import type { WishChange } from '../domain/preference.ts'
import { wishOf } from './from-proto.ts'
import { toDevice, toNotification, toPreferences } from './to-proto.ts'

/** The rpcs about what one is told oneself. */
export const personRpcs = (app: NotificationApp) =>
  ({
    listNotifications: async (request, context) => {
      const { notifications, ...rest } = await app.listNotifications(caller(context), request)
      return { notifications: notifications.map(toNotification), ...rest }
    },
    async *watchNotifications({ resumeToken }, context) {
      for await (const news of app.watchNotifications(caller(context), resumeToken, context.signal)) {
        yield news.notification
          ? { resumeToken: news.resumeToken, notification: toNotification(news.notification) }
          : { resumeToken: news.resumeToken, heartbeat: true }
      }
    },
    markRead: ({ notificationIds }, context) => app.markRead(caller(context), notificationIds),
    markAllRead: (_, context) => app.markAllRead(caller(context), context.signal),
    getPreferences: async (_, context) => ({ preferences: toPreferences(await app.getPreferences(caller(context))) }),
    updatePreferences: async ({ language, timeZone, quietHours, digestTime, channels }, context) => {
      const change: WishChange = {
        ...(language !== undefined && { language }),
        ...(timeZone !== undefined && { timeZone }),
        ...(quietHours && { quietHours: { startMinute: quietHours.startMinute, endMinute: quietHours.endMinute } }),
        ...(digestTime && { digestTime: { minute: digestTime.minute, weekday: digestTime.weekday } }),
        channels: channels.map(wishOf),
      }
      return { preferences: toPreferences(await app.updatePreferences(caller(context), change)) }
    },
    unsubscribe: async ({ token }) => ({ kind: await app.unsubscribe(token) }),
    registerDevice: async ({ kind, token, p256dh, auth, name }, context) => {
      const init = { kind: kind === DeviceKind.WEB ? ('web' as const) : ('fcm' as const), token, p256dh, auth, name }
      return { device: toDevice(await app.registerDevice(caller(context), init)) }
    },
    listDevices: async (_, context) => ({ devices: (await app.listDevices(caller(context))).map(toDevice) }),
    removeDevice: async ({ deviceId }, context) => {
      await app.removeDevice(caller(context), deviceId)
      return {}
    },
  }) satisfies Partial<ServiceImpl<typeof NotificationService>>
