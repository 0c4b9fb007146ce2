import type { ServiceImpl } from '@connectrpc/connect'
import type { NotificationService } from '#gen/troupe/notification/v1/notification_service_pb.ts'
import type { NotificationApp } from '../application/notification-app.ts'
import { isRightToLeft, shippedLocales } from '../domain/locale.ts'
import { operatorRpcs } from './operator-rpcs.ts'
import { personRpcs } from './person-rpcs.ts'

const nameOf = (tag: string): string => new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? tag

/** Answers NotificationService. */
export const notificationService = (app: NotificationApp): ServiceImpl<typeof NotificationService> => ({
  ...personRpcs(app),
  ...operatorRpcs(app),
  listLocales: () => ({
    locales: shippedLocales.map((tag) => ({ tag, name: nameOf(tag), isRightToLeft: isRightToLeft(tag) })),
  }),
})
