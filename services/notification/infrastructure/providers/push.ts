import type { Push, Sender } from '../../domain/ports.ts'

/** Sends to each device by the sender of its kind. A device of a kind that is not configured is refused. */
export const createPushSender = (senders: {
  web: Sender<Push> | undefined
  fcm: Sender<Push> | undefined
}): Sender<Push> => ({
  name: [senders.web, senders.fcm].flatMap((sender) => sender?.name ?? []).join(','),
  send: async (push, key, signal) => {
    const sender = senders[push.device.kind]
    if (!sender) return { kind: 'refused', reason: `nothing is configured for devices of kind ${push.device.kind}` }
    return sender.send(push, key, signal)
  },
})
