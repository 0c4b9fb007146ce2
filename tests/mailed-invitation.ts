import { eventually } from './mesh.ts'

/** The token of the link by which somebody was invited, from the local mailbox. */
export const mailedInvitation = (meshUrl: string, address: string): Promise<string> =>
  eventually(async () => {
    const read = async (query: Record<string, string>) =>
      (await fetch(`${meshUrl}/dev/mailbox?${new URLSearchParams(query)}`)).text()
    const [, message = ''] = /\?message=(\d+)">[^<]*would like to hear/.exec(await read({ to: address })) ?? []
    if (message === '') return undefined
    return /invitation\?token=([\w-]+)/.exec(await read({ message, part: 'html' }))?.[1]
  })
